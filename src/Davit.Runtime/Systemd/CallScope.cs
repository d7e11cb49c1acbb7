using System.Globalization;
using Davit.Linux.Cgroups;

namespace Davit.Runtime.Systemd;

/// <summary>
/// A scope of the user's own systemd for the call of an ordinary user from elsewhere, a login say. A process may be born into another cgroup only by who may write
/// the one around both (cgroups(7), "Delegation containment"); below the user's manager that is the user, and between a login's session and the manager it is root.
/// systemd itself moves a process for its user. The scope ends with the call.
/// </summary>
internal static class CallScope
{
    /// <summary>Moves this process there, unless it is below the manager already.</summary>
    internal static void Enter(SystemdManager systemd, CgroupHierarchies host)
    {
        if (Environment.IsPrivilegedProcess || !host.IsUnified) return;
        var manager = $"0::/{systemd.ControlGroup()}/";
        if (File.ReadLines("/proc/self/cgroup").Any(line => line.StartsWith(manager, StringComparison.Ordinal))) return;
        var pid = Environment.ProcessId;
        systemd.StartTransient(
            string.Create(CultureInfo.InvariantCulture, $"run-davit-oci-{pid}.scope"),
            [UnitProperty.Of("Description", "davit-oci at work"), new UnitProperty("PIDs", "au", (uint[])[(uint)pid]), UnitProperty.Of("DefaultDependencies", false), UnitProperty.Of("CollectMode", "inactive-or-failed")]);
    }
}
