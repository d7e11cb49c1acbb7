using Davit.Primitives;

namespace Davit.Runtime.Systemd;

/// <summary>systemd's manager over D-Bus: that of the system, or an ordinary user's own. Each job is waited for.</summary>
internal sealed class SystemdManager : IDisposable
{
    private const string Name = "org.freedesktop.systemd1", Path = "/org/freedesktop/systemd1", Interface = Name + ".Manager";
    private readonly BusConnection _bus;

    /// <summary>Connects.</summary>
    /// <param name="ofUser">To this user's own manager.</param>
    internal SystemdManager(bool ofUser)
    {
        _bus = new BusConnection(Address(ofUser));
        _bus.Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", m => m.Text($"type='signal',interface='{Interface}',member='JobRemoved',path='{Path}'"));
        _bus.Call(Name, Path, Interface, "Subscribe");
    }

    /// <summary>The cgroup that the manager itself is in and below which its slices lie; without slashes around it.</summary>
    internal string ControlGroup()
    {
        var path = _bus.Call(Name, Path, "org.freedesktop.DBus.Properties", "Get", "ss", m => m.Text(Interface).Text("ControlGroup")).Variant().Trim('/');
        return path is "init.scope" ? "" : path;
    }

    /// <summary>Starts a unit that exists for the container alone. One of the same name that failed before makes way.</summary>
    /// <exception cref="DavitException">systemd refuses, or the job does not succeed.</exception>
    internal void StartTransient(string unit, IReadOnlyList<UnitProperty> properties)
    {
        void Start() => Job($"start unit {unit}", "StartTransientUnit", "ssa(sv)a(sa(sv))", m => m.Text(unit).Text("replace").Properties(properties).Array(8, () => { }));
        try
        {
            Start();
        }
        catch (BusErrorException e) when (e.Name == Name + ".UnitExists")
        {
            try
            {
                _bus.Call(Name, Path, Interface, "ResetFailedUnit", "s", m => m.Text(unit));
                Start();
            }
            catch (BusErrorException again)
            {
                throw Refused($"start unit {unit}", again);
            }
        }
        catch (BusErrorException e)
        {
            throw Refused($"start unit {unit}", e);
        }
    }

    /// <summary>Stops a unit; one that is gone is as good.</summary>
    internal void Stop(string unit)
    {
        try
        {
            Job($"stop unit {unit}", "StopUnit", "ss", m => m.Text(unit).Text("replace"));
        }
        catch (BusErrorException e) when (e.Name == Name + ".NoSuchUnit")
        {
        }
        catch (BusErrorException e)
        {
            throw Refused($"stop unit {unit}", e);
        }
    }

    /// <summary>Changes properties until the unit ends.</summary>
    internal void Set(string unit, IReadOnlyList<UnitProperty> properties)
    {
        try
        {
            if (properties.Count > 0) _bus.Call(Name, Path, Interface, "SetUnitProperties", "sba(sv)", m => m.Text(unit).Unsigned(1).Properties(properties));
        }
        catch (BusErrorException e)
        {
            throw Refused($"set properties of unit {unit}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bus.Dispose();

    private void Job(string what, string member, string signature, Action<BusMessage> arguments)
    {
        var job = _bus.Call(Name, Path, Interface, member, signature, arguments).Text();
        while (true)
        {
            // number, path, unit, result
            var removed = _bus.Signal("JobRemoved");
            removed.Unsigned();
            if (removed.Text() != job) continue;
            removed.Text();
            var result = removed.Text();
            if (result != "done") throw new DavitException(ErrorKind.FailedPrecondition, $"unable to {what}: the job's result is {result}", "journalctl tells why");
            return;
        }
    }

    private static DavitException Refused(string what, BusErrorException e) => new(ErrorKind.FailedPrecondition, $"unable to {what}: {e.Message}", inner: e);

    /// <summary>Of <c>unix:path=…;guid=…</c>, as the environment has it, or the usual place.</summary>
    private static string Address(bool ofUser)
    {
        var variable = Environment.GetEnvironmentVariable(ofUser ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS") ?? "";
        foreach (var address in variable.Split(';'))
        {
            if (address.StartsWith("unix:", StringComparison.Ordinal) && address[5..].Split(',').FirstOrDefault(p => p.StartsWith("path=", StringComparison.Ordinal)) is { } path) return path[5..];
        }

        if (variable.Length > 0) throw new DavitException(ErrorKind.InvalidArgument, $"bus address \"{variable}\" names no socket with a path", "use unix:path=/...");
        if (!ofUser) return "/run/dbus/system_bus_socket";
        return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory ? directory + "/bus"
            : throw new DavitException(ErrorKind.FailedPrecondition, "the user's systemd can't be found: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set", "log in by a session of systemd, or use cgroup manager cgroupfs");
    }
}
