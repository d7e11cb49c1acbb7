using System.Globalization;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>What <c>--log-driver</c> and <c>--log-opt</c> ask for.</summary>
/// <param name="Enabled">False for the driver <c>none</c>.</param>
/// <param name="SegmentSize">Bytes of a segment.</param>
/// <param name="Segments">Segments kept.</param>
/// <param name="Labels">Labels whose values <c>logs --details</c> shows.</param>
/// <param name="Variables">Environment variables whose values it shows.</param>
/// <param name="Tag">Template of a tag, or empty.</param>
internal sealed record LogOptions(bool Enabled, long SegmentSize, int Segments, IReadOnlyList<string> Labels, IReadOnlyList<string> Variables, string Tag)
{
    private const long DefaultSegmentSize = 20 << 20;

    /// <summary>json-file keeps everything unless told otherwise, as Docker's does.</summary>
    private const int Unbounded = 1_000_000;

    private static readonly string[] OtherDrivers = ["syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "etwlogs", "gcplogs", "logentries"];

    /// <exception cref="DavitException">InvalidArgument: unknown driver or option, or a value out of range.</exception>
    public static LogOptions Parse(LogConfig? log)
    {
        var driver = log?.Type is { Length: > 0 } type ? type : "json-file";
        if (driver is not ("json-file" or "local" or "none"))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"error looking up logging plugin {driver}: plugin \"{driver}\" not found", OtherDrivers.Contains(driver) ? "use json-file, local or none" : null);
        }

        var size = driver == "local" ? DefaultSegmentSize : -1;
        var files = driver == "local" ? 5 : 1;
        var filesGiven = false;
        IReadOnlyList<string> labels = [], variables = [];
        var tag = "";
        foreach (var (key, value) in log?.Config ?? new Dictionary<string, string>())
        {
            switch (key)
            {
                case "max-size" when driver != "none":
                    size = Size(value) ?? throw Invalid($"invalid value for max-size: {value}");
                    break;
                case "max-file" when driver != "none":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out files)) throw Invalid($"invalid value for max-file: {value}");
                    if (files < 1) throw Invalid("max-file cannot be less than 1");
                    filesGiven = true;
                    break;
                case "compress" when driver != "none":
                    if (value is not ("true" or "false" or "1" or "0")) throw Invalid($"invalid value for compress: {value}");
                    break;
                case "labels" when driver == "json-file":
                    labels = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                    break;
                case "env" when driver == "json-file":
                    variables = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                    break;
                case "tag" when driver == "json-file":
                    tag = value;
                    break;
                case "mode":
                    if (value is not ("blocking" or "non-blocking")) throw Invalid($"logger: logging mode not supported: {value}");
                    break;
                case "max-buffer-size":
                    if (Size(value) is null or < 0) throw Invalid($"error parsing option max-buffer-size: invalid size: '{value}'");
                    break;
                default:
                    throw Invalid($"unknown log opt '{key}' for {driver} log driver");
            }
        }

        if (driver == "json-file" && filesGiven && size == -1 && files > 1) throw Invalid("max-file cannot be greater than 1 when max-size is not set");
        return size == -1
            ? new(driver != "none", DefaultSegmentSize, Unbounded, labels, variables, tag)
            : new(driver != "none", Math.Max(size, 4096), files, labels, variables, tag);
    }

    /// <summary>Bytes of <c>10m</c>, <c>1g</c>, <c>512</c>; null when it is no size.</summary>
    public static long? Size(string text)
    {
        var digits = text.TrimEnd('b', 'B');
        if (digits.Length == 0) return null;
        var unit = char.ToLowerInvariant(digits[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, 't' => 1L << 40, _ => 1 };
        if (unit > 1) digits = digits[..^1];
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 && number * unit < long.MaxValue ? (long)(number * unit) : null;
    }

    private static DavitException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
