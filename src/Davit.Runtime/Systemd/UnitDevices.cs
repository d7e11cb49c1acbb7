using System.Globalization;
using Davit.Oci.Runtime;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Systemd;

/// <summary>Rules for devices as a unit has them: a list of what is allowed, all else denied.</summary>
internal static class UnitDevices
{
    /// <summary>The properties; where everything is allowed there is no list.</summary>
    internal static IReadOnlyList<UnitProperty> Of(IReadOnlyList<DeviceCgroupSpec> rules)
    {
        var allowed = new List<(string Node, string Access)>();
        var all = false;
        foreach (var rule in DeviceRules.WithDefaults(rules))
        {
            if (rule.Type is null or "" or "a" && rule.Major is null or < 0 && rule.Minor is null or < 0)
            {
                allowed.Clear();
                all = rule.Allow;
                continue;
            }

            var access = string.IsNullOrEmpty(rule.Access) ? "rwm" : rule.Access;
            foreach (var node in Nodes(rule))
            {
                var at = allowed.FindIndex(a => a.Node == node);
                var before = at < 0 ? "" : allowed[at].Access;
                var now = rule.Allow ? new string([.. "rwm".Where(c => before.Contains(c) || access.Contains(c))]) : new string([.. before.Where(c => !access.Contains(c))]);
                if (at >= 0) allowed.RemoveAt(at);
                if (now.Length > 0) allowed.Insert(at < 0 ? allowed.Count : at, (node, now));
            }
        }

        return [UnitProperty.Of("DevicePolicy", all ? "auto" : "strict"), new UnitProperty("DeviceAllow", "a(ss)", all ? [] : allowed.ToArray())];
    }

    /// <summary>A node by its number, or all of a driver by the name that /proc/devices has for it.</summary>
    private static IEnumerable<string> Nodes(DeviceCgroupSpec rule)
    {
        foreach (var (letter, kind) in ((string, string)[])[("c", "char"), ("b", "block")])
        {
            if (rule.Type is not (null or "" or "a") && rule.Type != letter) continue;
            if (rule.Major is not >= 0) yield return $"{kind}-*";
            else if (rule.Minor is >= 0) yield return string.Create(CultureInfo.InvariantCulture, $"/dev/{kind}/{rule.Major}:{rule.Minor}");
            else if (Driver(kind, rule.Major.Value) is { } name) yield return $"{kind}-{name}";
        }
    }

    private static string? Driver(string kind, long major)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/devices"))
        {
            if (line.EndsWith(':')) inside = line.StartsWith(kind, StringComparison.OrdinalIgnoreCase);
            else if (inside && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, var name] && long.Parse(number, CultureInfo.InvariantCulture) == major) return name;
        }

        return null;
    }
}
