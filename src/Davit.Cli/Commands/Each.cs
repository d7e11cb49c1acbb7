using Davit.Primitives;

namespace Davit.Cli.Commands;

/// <summary>Does something to each of several things: prints the names of those it worked for, the errors of the others, and exits 1 if there was one.</summary>
internal static class Each
{
    internal static async Task<int> DoAsync(CliContext context, IReadOnlyList<string> names, Func<string, Task> action, string? summary = null, bool print = true)
    {
        var failed = new List<string>();
        foreach (var name in names)
        {
            try
            {
                await action(name);
                if (print) context.Out.WriteLine(name);
            }
            catch (DavitException e) when (e.Kind != ErrorKind.Unavailable)
            {
                failed.Add(name);
                context.Error.WriteLine(e.Message);
                if (e.Hint is { } hint) context.Error.WriteLine("Hint: " + hint);
            }
        }

        if (failed.Count == 0) return 0;
        if (summary is not null) context.Error.WriteLine($"{summary}: {string.Join(", ", failed)}");
        return 1;
    }
}
