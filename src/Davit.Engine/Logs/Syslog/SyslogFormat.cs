namespace Davit.Engine.Logs.Syslog;

/// <summary>Layouts of <c>syslog-format</c>.</summary>
internal enum SyslogFormat
{
    /// <summary>As local daemons write to /dev/log: no host name.</summary>
    Unix,

    /// <summary>RFC 3164.</summary>
    Rfc3164,

    /// <summary>RFC 5424, whole seconds.</summary>
    Rfc5424,

    /// <summary>RFC 5424 with microseconds.</summary>
    Rfc5424Micro,
}
