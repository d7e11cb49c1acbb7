using Davit.Oci.Runtime;

namespace Davit.Runtime.Planning;

/// <summary>Device rules that hold for every container, whatever its configuration says.</summary>
internal static class DeviceRules
{
    private static readonly DeviceCgroupSpec[] Defaults =
    [
        new() { Allow = true, Type = "c", Access = "m" },
        new() { Allow = true, Type = "b", Access = "m" },
        Character(1, 3), Character(1, 5), Character(1, 7), Character(1, 8), Character(1, 9), Character(5, 0), Character(5, 2), Character(136, null),
    ];

    /// <summary>
    /// The given rules and, after them, what runc always grants: making nodes (reading and writing them is another right), and the devices that the
    /// specification promises in /dev. Engines count on it: their rules begin with the denial of everything.
    /// </summary>
    internal static IReadOnlyList<DeviceCgroupSpec> WithDefaults(IReadOnlyList<DeviceCgroupSpec> rules)
    {
        // what is granted after the last denial need not be granted again: each rule is a write
        var granted = rules.Reverse().TakeWhile(rule => rule.Allow).ToHashSet();
        return [.. rules, .. Defaults.Where(rule => !granted.Contains(rule))];
    }

    private static DeviceCgroupSpec Character(long major, long? minor) => new() { Allow = true, Type = "c", Major = major, Minor = minor, Access = "rwm" };
}
