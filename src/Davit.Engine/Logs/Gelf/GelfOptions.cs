using System.Globalization;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Gelf;

/// <summary>Options of the gelf driver.</summary>
/// <param name="Address">UDP or TCP.</param>
/// <param name="Compression"><c>gzip</c>, <c>zlib</c> or <c>none</c>.</param>
/// <param name="Level">-1 for the library's choice, 0 for none, 1 (fast) to 9 (small).</param>
/// <param name="Reconnects">Tries after which lines are given up; null for no end.</param>
/// <param name="ReconnectDelay">Wait between them.</param>
internal sealed record GelfOptions(LogAddress Address, string Compression, int Level, int? Reconnects, TimeSpan ReconnectDelay)
{
    private const int Fastest = 1;

    /// <exception cref="DavitException">InvalidArgument, in Docker's words.</exception>
    public static GelfOptions Parse(IReadOnlyDictionary<string, string> config)
    {
        var address = ParseAddress(config.GetValueOrDefault("gelf-address", ""));
        var tcp = address.Scheme == "tcp";
        var compression = "gzip";
        var level = Fastest;
        int? reconnects = null;
        var delay = TimeSpan.FromSeconds(1);
        foreach (var (key, value) in config)
        {
            switch (key)
            {
                case "gelf-address" or "tag" or "labels" or "labels-regex" or "env" or "env-regex":
                    break;
                case "gelf-compression-type":
                    if (tcp) throw GoText.Invalid("compression is only supported on UDP");
                    compression = value is "gzip" or "zlib" or "none" ? value : throw Unknown(key, value);
                    break;
                case "gelf-compression-level":
                    if (tcp) throw GoText.Invalid("compression is only supported on UDP");
                    if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out level) || level is < -1 or > 9) throw Unknown(key, value);
                    break;
                case "gelf-tcp-max-reconnect":
                    reconnects = Positive(key, value, tcp);
                    break;
                case "gelf-tcp-reconnect-delay":
                    delay = TimeSpan.FromSeconds(Positive(key, value, tcp));
                    break;
                default:
                    throw GoText.Invalid($"unknown log opt \"{key}\" for gelf log driver");
            }
        }

        return new GelfOptions(address, compression, level, reconnects, delay);
    }

    private static LogAddress ParseAddress(string text)
    {
        if (text.Length == 0) throw GoText.Invalid("gelf-address is a required parameter");
        var address = LogAddress.Parse(text);
        if (address.Scheme is not ("udp" or "tcp")) throw GoText.Invalid("gelf: endpoint needs to be TCP or UDP");
        return address.Port > 0 ? address : throw GoText.Invalid("gelf: please provide gelf-address as proto://host:port");
    }

    private static int Positive(string key, string value, bool tcp)
    {
        if (!tcp) throw GoText.Invalid($"\"{key}\" is only valid for TCP");
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw GoText.Invalid($"\"{key}\" must be a positive integer");
    }

    private static DavitException Unknown(string key, string value) => GoText.Invalid($"unknown value \"{value}\" for log opt \"{key}\" for gelf log driver");
}
