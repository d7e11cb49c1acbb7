using System.Globalization;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Syslog;

/// <summary>Options of the syslog driver.</summary>
/// <param name="Address">Where to; null for the machine's own daemon.</param>
/// <param name="Facility">0 to 23.</param>
/// <param name="Format">Layout.</param>
internal sealed record SyslogOptions(LogAddress? Address, int Facility, SyslogFormat Format)
{
    private const int Daemon = 3;

    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    /// <summary>Messages over TLS carry their length before them when they are RFC 5424's (RFC 5425).</summary>
    public bool CountsBytes => Address?.Scheme == "tcp+tls" && Format is SyslogFormat.Rfc5424 or SyslogFormat.Rfc5424Micro;

    /// <exception cref="DavitException">InvalidArgument, in Docker's words.</exception>
    public static SyslogOptions Parse(IReadOnlyDictionary<string, string> config) =>
        new(ParseAddress(config.GetValueOrDefault("syslog-address", "")), ParseFacility(config.GetValueOrDefault("syslog-facility", "")), config.GetValueOrDefault("syslog-format", "") switch
        {
            "" => SyslogFormat.Unix,
            "rfc3164" => SyslogFormat.Rfc3164,
            "rfc5424" => SyslogFormat.Rfc5424,
            "rfc5424micro" => SyslogFormat.Rfc5424Micro,
            _ => throw GoText.Invalid("Invalid syslog format", "rfc3164, rfc5424 or rfc5424micro"),
        });

    private static LogAddress? ParseAddress(string text)
    {
        if (text.Length == 0) return null;
        var address = LogAddress.Parse(text);
        switch (address.Scheme)
        {
            case "unix" or "unixgram":
                if (!Path.Exists(address.Path)) throw GoText.Invalid($"stat {address.Path}: no such file or directory");
                return address;
            case "udp" or "tcp" or "tcp+tls":
                return address.Port == 0 ? address with { Port = 514 } : address;
            default:
                throw GoText.Invalid($"unsupported scheme: '{address.Scheme}'", "udp, tcp, tcp+tls, unix or unixgram");
        }
    }

    private static int ParseFacility(string text)
    {
        if (text.Length == 0) return Daemon;
        var named = Array.IndexOf(Facilities, text);
        if (named >= 0) return named;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 23 ? number : throw GoText.Invalid("invalid syslog facility");
    }
}
