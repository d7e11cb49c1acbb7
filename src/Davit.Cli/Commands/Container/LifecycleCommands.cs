using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary>Commands that do one thing to each container named.</summary>
internal static class LifecycleCommands
{
    internal static Task<int> StopAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("POST", $"/containers/{name}/stop" + Query.Of(("signal", a.Value("signal")), ("t", a.Value("timeout") ?? a.Value("time")))));

    internal static Task<int> RestartAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("POST", $"/containers/{name}/restart" + Query.Of(("signal", a.Value("signal")), ("t", a.Value("timeout") ?? a.Value("time")))));

    internal static Task<int> KillAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("POST", $"/containers/{name}/kill" + Query.Of(("signal", a.Value("signal")))));

    internal static Task<int> PauseAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("POST", $"/containers/{name}/pause"));

    internal static Task<int> UnpauseAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("POST", $"/containers/{name}/unpause"));

    internal static Task<int> RemoveAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        try
        {
            await context.Engine.DoAsync("DELETE", $"/containers/{name}" + Query.Of(("force", a.Is("force") ? "1" : null), ("v", a.Is("volumes") ? "1" : null), ("link", a.Is("link") ? "1" : null)));
            context.Out.WriteLine(name);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && a.Is("force"))
        {
            // gone already is what force asks for
            context.Error.WriteLine(e.Message);
        }
    }, print: false);

    internal static async Task<int> RenameAsync(CliContext context, Arguments a)
    {
        try
        {
            await context.Engine.DoAsync("POST", $"/containers/{a.Words[0]}/rename" + Query.Of(("name", a.Words[1])));
        }
        catch (DavitException e) when (e.Kind != ErrorKind.Unavailable)
        {
            throw new DavitException(e.Kind, $"{e.Message}\nError: failed to rename container named {a.Words[0]}", e.Hint, e);
        }

        return 0;
    }

    internal static Task<int> WaitAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        using var response = await context.Engine.RequestAsync("POST", $"/containers/{name}/wait");
        context.Out.WriteLine(EngineClient.Parse(await response.BytesAsync(CancellationToken.None)).GetProperty("StatusCode").GetInt32());
    }, print: false);

    internal static async Task<int> TopAsync(CliContext context, Arguments a)
    {
        var top = await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/top" + Query.Of(("ps_args", a.Words.Count > 1 ? string.Join(' ', a.Words.Skip(1)) : null)));
        var lines = new List<string[]> { top.GetProperty("Titles").EnumerateArray().Select(t => t.GetString()!).ToArray() };
        lines.AddRange(top.GetProperty("Processes").EnumerateArray().Select(p => p.EnumerateArray().Select(t => t.GetString()!).ToArray()));
        Table.Align(context.Out, lines);
        return 0;
    }

    internal static async Task<int> PortAsync(CliContext context, Arguments a)
    {
        var inspect = await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/json");
        var ports = inspect.GetProperty("NetworkSettings").GetProperty("Ports");
        var wanted = a.Words.Count > 1 ? a.Words[1].Contains('/', StringComparison.Ordinal) ? a.Words[1] : a.Words[1] + "/tcp" : null;
        var any = false;
        foreach (var port in ports.ValueKind == JsonValueKind.Object ? ports.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).ToList() : [])
        {
            if (port.Value.ValueKind != JsonValueKind.Array || (wanted is not null && port.Name != wanted)) continue;
            foreach (var binding in port.Value.EnumerateArray())
            {
                any = true;
                var ip = binding.GetProperty("HostIp").GetString()!;
                var address = $"{(ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip)}:{binding.GetProperty("HostPort").GetString()}";
                context.Out.WriteLine(wanted is null ? $"{port.Name} -> {address}" : address);
            }
        }

        return any || wanted is null ? 0 : throw new DavitException(ErrorKind.NotFound, $"Error: No public port '{a.Words[1]}' published for {a.Words[0]}", "davit port NAME lists them");
    }

    internal static async Task<int> DiffAsync(CliContext context, Arguments a)
    {
        var changes = await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/changes");
        if (changes.ValueKind != JsonValueKind.Array) return 0;
        foreach (var change in changes.EnumerateArray()) context.Out.WriteLine($"{"CAD"[change.GetProperty("Kind").GetInt32()]} {change.GetProperty("Path").GetString()}");
        return 0;
    }

    internal static async Task<int> ExportAsync(CliContext context, Arguments a)
    {
        if (a.Value("output") is null && context.OutIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "cowardly refusing to save to a terminal. Use the -o flag or redirect", "davit export -o file.tar NAME");
        if (a.Value("output") is { } output) OutputFile.Check(output, "failed to export container");
        using var response = await context.Engine.RequestAsync("GET", $"/containers/{a.Words[0]}/export");
        await OutputFile.WriteAsync(context, a.Value("output"), response.Body);
        return 0;
    }

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, "WARNING! This will remove all stopped containers.")) return 1;
        using var response = await context.Engine.RequestAsync("POST", "/containers/prune" + Query.Of(("filters", Query.PruneFilters(context, a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Containers:", "ContainersDeleted");
        return 0;
    }
}
