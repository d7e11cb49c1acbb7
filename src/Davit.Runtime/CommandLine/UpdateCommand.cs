using System.Globalization;
using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>update</c> command.</summary>
internal static class UpdateCommand
{
    internal static int Run(OciContainers containers, OptionSet options)
    {
        var id = options.Rest[0];
        containers.Directory.Read(id);
        if (options.Value("kernel-memory") is not null) containers.Warn("Kernel memory settings are ignored and will be removed");
        containers.Update(id, options.Value("resources") is { } file ? Read(file) : Make(options));
        if (options.Value("l3-cache-schema") is { Length: > 0 } | options.Value("mem-bw-schema") is { Length: > 0 }) containers.UpdateCaches(id, options.Value("l3-cache-schema"), options.Value("mem-bw-schema"));
        return 0;
    }

    private static ResourcesSpec Read(string file)
    {
        try
        {
            using Stream stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return SpecDocument.ReadResources(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{file}: {e.Message}", inner: e);
        }
    }

    private static ResourcesSpec Make(OptionSet options) => new()
    {
        Memory = new() { Limit = Bytes(options, "memory"), Reservation = Bytes(options, "memory-reservation"), Swap = Bytes(options, "memory-swap"), KernelTCP = Bytes(options, "kernel-memory-tcp") },
        Cpu = new()
        {
            Period = Natural(options, "cpu-period"),
            Quota = Whole(options, "cpu-quota"),
            Burst = Natural(options, "cpu-burst"),
            Shares = Natural(options, "cpu-share"),
            RealtimePeriod = Natural(options, "cpu-rt-period"),
            RealtimeRuntime = Whole(options, "cpu-rt-runtime"),
            Cpus = options.Value("cpuset-cpus"),
            Mems = options.Value("cpuset-mems"),
            Idle = Whole(options, "cpu-idle"),
        },
        Pids = Whole(options, "pids-limit") is { } pids ? new() { Limit = pids } : null,
        BlockIO = Natural(options, "blkio-weight") is { } weight ? new() { Weight = checked((ushort)Math.Min(weight, ushort.MaxValue)) } : null,
    };

    private static long? Whole(OptionSet options, string name) => options.Value(name) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, $"strconv.ParseInt: parsing \"{text}\": invalid syntax");

    private static ulong? Natural(OptionSet options, string name) => options.Value(name) is not { Length: > 0 } text ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, $"strconv.ParseUint: parsing \"{text}\": invalid syntax");

    /// <summary>Bytes, with the units of Docker's limits: <c>512m</c>, <c>1.5g</c>; -1 for none.</summary>
    private static long? Bytes(OptionSet options, string name)
    {
        if (options.Value(name) is not { Length: > 0 } text) return null;
        if (text == "-1") return -1;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..].Trim().ToLowerInvariant();
        var power = unit.TrimEnd('b').TrimEnd('i') switch { "" when unit is "" or "b" => 0, "k" => 1, "m" => 2, "g" => 3, "t" => 4, "p" => 5, _ => -1 };
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) throw Wrong(name, $"invalid size: '{text}'");
        return power >= 0 ? (long)(number * Math.Pow(1024, power)) : throw Wrong(name, $"invalid suffix: '{unit}'");
    }

    private static DavitException Wrong(string name, string why) => new(ErrorKind.InvalidArgument, $"invalid value for {name}: {why}");
}
