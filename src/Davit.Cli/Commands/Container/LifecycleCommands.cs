using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Options;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
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
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && a.Is("force"))
        {
            // gone already is what force asks for
            context.Error.WriteLine(e.Message);
        }
    });

    internal static async Task<int> RenameAsync(CliContext context, Arguments a)
    {
        await context.Engine.DoAsync("POST", $"/containers/{a.Words[0]}/rename" + Query.Of(("name", a.Words[1])));
        return 0;
    }

    internal static Task<int> WaitAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        using var response = await context.Engine.RequestAsync("POST", $"/containers/{name}/wait");
        context.Out.WriteLine(EngineClient.Parse(await response.BytesAsync(CancellationToken.None)).GetProperty("StatusCode").GetInt32());
    }, print: false);

    internal static Task<int> UpdateAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        var request = new ContainerUpdateRequest
        {
            BlkioWeight = (int)(a.Number("blkio-weight") ?? 0), CpuPeriod = a.Number("cpu-period") ?? 0, CpuQuota = a.Number("cpu-quota") ?? 0, CpuRealtimePeriod = a.Number("cpu-rt-period") ?? 0, CpuRealtimeRuntime = a.Number("cpu-rt-runtime") ?? 0,
            CpuShares = a.Number("cpu-shares") ?? 0, CpusetCpus = a.Value("cpuset-cpus") ?? "", CpusetMems = a.Value("cpuset-mems") ?? "", Memory = Bytes(a, "memory"), MemoryReservation = Bytes(a, "memory-reservation"), MemorySwap = Bytes(a, "memory-swap"),
            NanoCpus = a.Value("cpus") is { } cpus ? (long)(decimal.Parse(cpus, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000_000) : 0, PidsLimit = a.Number("pids-limit"), RestartPolicy = a.Has("restart") ? ContainerRequest.Restart(a) : null,
        };
        using var response = await context.Engine.PostAsync($"/containers/{name}/update", request, DockerApiJson.Default.ContainerUpdateRequest);
        var result = EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
        if (result.TryGetProperty("Warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array) foreach (var warning in warnings.EnumerateArray()) context.Error.WriteLine(warning.GetString());
    });

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

        return any || wanted is null ? 0 : throw new DavitException(ErrorKind.NotFound, $"Error: No public port '{wanted}' published for {a.Words[0]}", "davit port NAME lists them");
    }

    internal static async Task<int> DiffAsync(CliContext context, Arguments a)
    {
        var changes = await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/changes");
        if (changes.ValueKind != JsonValueKind.Array) return 0;
        foreach (var change in changes.EnumerateArray()) context.Out.WriteLine($"{"CAD"[change.GetProperty("Kind").GetInt32()]} {change.GetProperty("Path").GetString()}");
        return 0;
    }

    internal static async Task<int> LogsAsync(CliContext context, Arguments a)
    {
        var tty = (await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/json")).GetProperty("Config").GetProperty("Tty").GetBoolean();
        using var response = await context.Engine.RequestAsync("GET", $"/containers/{a.Words[0]}/logs" + Query.Of(
            ("stdout", "1"), ("stderr", "1"), ("follow", a.Is("follow") ? "1" : null), ("timestamps", a.Is("timestamps") ? "1" : null), ("details", a.Is("details") ? "1" : null),
            ("tail", a.Value("tail")), ("since", Times.ToApi(a.Value("since"), context.Time)), ("until", Times.ToApi(a.Value("until"), context.Time))));
        if (tty) await response.Body.CopyToAsync(context.RawOut);
        else await Attachment.DemultiplexAsync(response.Body.ReadAsync, context.RawOut, context.RawError, CancellationToken.None);
        return 0;
    }

    internal static async Task<int> CommitAsync(CliContext context, Arguments a)
    {
        var target = a.Words.Count > 1 ? a.Words[1] : "";
        var colon = target.LastIndexOf(':');
        var (repository, tag) = colon > target.LastIndexOf('/') ? (target[..colon], target[(colon + 1)..]) : (target, "");
        var query = Query.Of(("container", a.Words[0]), ("repo", repository), ("tag", tag), ("comment", a.Value("message")), ("author", a.Value("author")), ("pause", a.Is("no-pause") || (a.Has("pause") && !a.Is("pause")) ? "0" : "1"));
        foreach (var change in a.List("change")) query += "&changes=" + Uri.EscapeDataString(change);
        using var response = await context.Engine.RequestAsync("POST", "/commit" + query);
        context.Out.WriteLine(EngineClient.Parse(await response.BytesAsync(CancellationToken.None)).GetProperty("Id").GetString());
        return 0;
    }

    internal static async Task<int> ExportAsync(CliContext context, Arguments a)
    {
        if (a.Value("output") is null && context.OutIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "cowardly refusing to save to a terminal. Use the -o flag or redirect", "davit export -o file.tar NAME");
        using var response = await context.Engine.RequestAsync("GET", $"/containers/{a.Words[0]}/export");
        await OutputFile.WriteAsync(context, a.Value("output"), response.Body);
        return 0;
    }

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, "WARNING! This will remove all stopped containers.")) return 0;
        using var response = await context.Engine.RequestAsync("POST", "/containers/prune" + Query.Of(("filters", Query.Filters(a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Containers:", "ContainersDeleted");
        return 0;
    }

    private static long Bytes(Arguments a, string flag) => a.Value(flag) is { } text ? text == "-1" ? -1 : Human.Bytes(text) : 0;
}
