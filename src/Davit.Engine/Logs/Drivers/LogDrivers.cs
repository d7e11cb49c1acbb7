using Davit.Engine.Logs.Fluentd;
using Davit.Engine.Logs.Gelf;
using Davit.Engine.Logs.Journald;
using Davit.Engine.Logs.Syslog;

namespace Davit.Engine.Logs.Drivers;

/// <summary>All log drivers.</summary>
internal static class LogDrivers
{
    private static readonly LogDriver[] Forwarding = [new FluentdDriver(), new GelfDriver(), new JournaldDriver(), new SyslogDriver()];

    /// <summary>Names as <c>info</c> lists them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Forwarding.Select(driver => driver.Name).Concat(["json-file", "local"]).Order(StringComparer.Ordinal)];

    /// <summary>The driver that sends elsewhere under this name, or null.</summary>
    public static LogDriver? Find(string name) => Array.Find(Forwarding, driver => driver.Name == name);
}
