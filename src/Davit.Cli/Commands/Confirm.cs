using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands;

/// <summary>Asks before something is removed, and reports what was.</summary>
internal static class Confirm
{
    internal static bool Ask(CliContext context, Arguments arguments, string warning)
    {
        if (arguments.Is("force")) return true;
        context.Out.WriteLine(warning);
        context.Out.Write("Are you sure you want to continue? [y/N] ");
        context.Out.Flush();
        if (context.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes") return true;
        context.Error.WriteLine($"{arguments.Path[(arguments.Path.IndexOf(' ', StringComparison.Ordinal) + 1)..]} has been cancelled");
        return false;
    }

    internal static void Report(CliContext context, JsonElement result, string title, string list)
    {
        if (result.TryGetProperty(list, out var items) && items.ValueKind == JsonValueKind.Array && items.GetArrayLength() > 0)
        {
            context.Out.WriteLine(title);
            foreach (var item in items.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String) context.Out.WriteLine(item.GetString());
                else if (item.TryGetProperty("Untagged", out var untagged) && untagged.GetString() is { Length: > 0 } tag) context.Out.WriteLine("untagged: " + tag);
                else if (item.TryGetProperty("Deleted", out var deleted)) context.Out.WriteLine("deleted: " + deleted.GetString());
            }

            context.Out.WriteLine();
        }

        if (result.TryGetProperty("SpaceReclaimed", out var space)) context.Out.WriteLine("Total reclaimed space: " + Human.Size(space.GetDouble()));
    }
}
