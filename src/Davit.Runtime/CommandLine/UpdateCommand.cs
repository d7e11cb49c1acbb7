using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>update</c> command.</summary>
internal static class UpdateCommand
{
    private const string Options =
        "=resources,r =blkio-weight =cpu-period =cpu-quota =cpu-burst =cpu-share =cpu-rt-period =cpu-rt-runtime =cpuset-cpus =cpuset-mems =kernel-memory =kernel-memory-tcp =memory =memory-reservation =memory-swap =pids-limit =cpu-idle";

    internal static int Run(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var options = new OptionSet(arguments, Options, "update");
        var id = options.One("update");
        containers.Update(id, options.Value("resources") is { } file ? Read(file) : Make(options));
        return 0;
    }

    private static ResourcesSpec Read(string file)
    {
        try
        {
            using Stream stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, RuntimeJson.Default.ResourcesSpec) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{file}: {e.Message}", inner: e);
        }
    }

    private static ResourcesSpec Make(OptionSet options) => new()
    {
        Memory = new() { Limit = options.Number("memory"), Reservation = options.Number("memory-reservation"), Swap = options.Number("memory-swap"), KernelTCP = options.Number("kernel-memory-tcp") },
        Cpu = new()
        {
            Period = (ulong?)options.Number("cpu-period"),
            Quota = options.Number("cpu-quota"),
            Burst = (ulong?)options.Number("cpu-burst"),
            Shares = (ulong?)options.Number("cpu-share"),
            RealtimePeriod = (ulong?)options.Number("cpu-rt-period"),
            RealtimeRuntime = options.Number("cpu-rt-runtime"),
            Cpus = options.Value("cpuset-cpus"),
            Mems = options.Value("cpuset-mems"),
            Idle = options.Number("cpu-idle"),
        },
        Pids = options.Number("pids-limit") is { } pids ? new() { Limit = pids } : null,
        BlockIO = options.Number("blkio-weight") is { } weight ? new() { Weight = (ushort)weight } : null,
    };
}
