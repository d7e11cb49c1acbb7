using System.Globalization;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary>Checks the values of flags while the command line is read, so that a wrong one is told with the flag's name before anything happens.</summary>
internal static class FlagValues
{
    /// <summary>What is wrong with a value, in docker's words; null when nothing is.</summary>
    internal static string? Problem(Flag flag, string value) => flag.Placeholder switch
    {
        "int" => Signed(value),
        "uint16" => Unsigned(value, ushort.MaxValue),
        "uint" => Unsigned(value, ulong.MaxValue),
        "duration" => Told(() => Human.Nanoseconds(value)),
        "bytes" => value == "-1" && flag.Name == "memory-swap" ? null : Told(() => Human.Bytes(value)),
        "decimal" => decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out _) ? null : $"failed to parse {value} as a rational number",
        "filter" => value.Contains('=', StringComparison.Ordinal) || value.Length == 0 ? null : "bad format of filter (expected name=value)",
        "mount" => Told(() => MountFlags.Parse(value)),
        "network" => Told(() => NetworkFlags.Check(value)),
        "ulimit" => Told(() => UlimitFlags.Parse(value)),
        "stringToString" => value.Split(',').FirstOrDefault(p => !p.Contains('=', StringComparison.Ordinal)) is { } pair ? $"{pair} must be formatted as key=value" : null,
        _ => Named(flag.Name, value),
    };

    private static string? Named(string name, string value) => name switch
    {
        "env" when value.Length == 0 || value[0] == '=' => $"invalid environment variable: {value}",
        "attach" when value.ToLowerInvariant() is not ("stdin" or "stdout" or "stderr") => "valid streams are STDIN, STDOUT and STDERR",
        "add-host" when !value.AsSpan().ContainsAny(':', '=') => $"bad format for add-host: \"{value}\"",
        "sysctl" when !value.Contains('=', StringComparison.Ordinal) => $"sysctl '{value}' is not allowed",
        "label" or "annotation" when value.Length == 0 || value[0] == '=' => $"invalid label '{value}': empty name",
        "link" when value.Split(':').Length > 2 => $"bad format for links: {value}",
        "device-read-bps" or "device-write-bps" or "device-read-iops" or "device-write-iops" or "blkio-weight-device" => Rated(name, value),
        _ => null,
    };

    private static string? Rated(string name, string value)
    {
        var parts = value.Split(':', 2);
        if (parts.Length != 2 || parts[0].Length == 0) return $"bad format: {value}";
        if (!parts[0].StartsWith("/dev/", StringComparison.Ordinal)) return $"bad format for device path: {value}";
        return name switch
        {
            "blkio-weight-device" => ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var weight) && weight is 0 or >= 10 and <= 1000 ? null : $"invalid weight for device: {value}",
            _ when name.EndsWith("iops", StringComparison.Ordinal) => ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : $"invalid rate for device: {value}. The correct format is <device-path>:<number>. Number must be a positive integer",
            _ => Told(() => Human.Bytes(parts[1])) is null ? null : $"invalid rate for device: {value}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
        };
    }

    private static string? Signed(string value)
    {
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return null;
        return $"strconv.ParseInt: parsing \"{value}\": {(IsDigits(value) ? "value out of range" : "invalid syntax")}";
    }

    private static string? Unsigned(string value, ulong most)
    {
        if (ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most) return null;
        return $"strconv.ParseUint: parsing \"{value}\": {(IsDigits(value) ? "value out of range" : "invalid syntax")}";
    }

    private static bool IsDigits(string value) => value.Length > 0 && value.AsSpan(value[0] is '-' or '+' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0;

    private static string? Told(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (DavitException e)
        {
            return e.Message;
        }
    }
}
