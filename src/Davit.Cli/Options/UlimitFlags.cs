using System.Globalization;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary><c>--ulimit name=soft[:hard]</c>.</summary>
internal static class UlimitFlags
{
    private static readonly string[] Names = ["as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <summary>Reads one limit.</summary>
    /// <exception cref="DavitException">InvalidArgument, in docker's words.</exception>
    internal static Ulimit Parse(string text)
    {
        var parts = text.Split('=', 2);
        if (parts.Length != 2) throw Wrong($"invalid ulimit argument: {text}");
        if (!Names.Contains(parts[0])) throw Wrong($"invalid ulimit type: {parts[0]}");
        var values = parts[1].Split(':');
        if (values.Length > 2) throw Wrong($"too many limit value arguments - {parts[1]}, can only have up to two, `soft[:hard]`");
        long Number(string value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong($"strconv.ParseInt: parsing \"{value}\": invalid syntax");
        var soft = Number(values[0]);
        var hard = values.Length == 2 ? Number(values[1]) : soft;
        if (hard != -1 && (soft == -1 || soft > hard)) throw Wrong($"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
        return new Ulimit { Name = parts[0], Soft = soft, Hard = hard };
    }

    private static DavitException Wrong(string message) => new(ErrorKind.InvalidArgument, message, "write for example nofile=1024:2048");
}
