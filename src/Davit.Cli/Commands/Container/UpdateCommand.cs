using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Options;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary><c>update</c>.</summary>
internal static class UpdateCommand
{
    internal static Task<int> RunAsync(CliContext context, Arguments a) => a.Command.Flags.All(f => !a.Has(f.Name)) ? throw new DavitException(ErrorKind.InvalidArgument, "you must provide one or more flags when using this command", "davit update --help lists them") : Each.DoAsync(context, a.Words, async name =>
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

    private static long Bytes(Arguments a, string flag) => a.Value(flag) is { } text ? text == "-1" ? -1 : Human.Bytes(text) : 0;
}
