using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>
/// Steps that mount /proc, /sys and /dev and keep hold of their roots: what is masked, protected and made there later is looked up from these, so that nobody
/// who changes the image meanwhile gets it somewhere else (the classes of CVE-2019-19921 and CVE-2025-31133).
/// </summary>
internal static class HeldFileSystem
{
    private const int SetFlag = 0, SetString = 1, Create = 6;
    private const long MoveBothEmpty = 4 | 0x40;

    private static readonly (string Name, long Flag)[] Flags = [("ro", 1), ("sync", 16), ("mand", 64), ("dirsync", 128), ("lazytime", 1 << 25)];

    /// <summary>The slot for a place that is held, or null.</summary>
    internal static int? Slot(string destination, string type) => (destination.TrimEnd('/'), type) switch
    {
        ("/proc", "proc") => Launch.Slot.Proc,
        ("/sys", "sysfs") => Launch.Slot.Sys,
        ("/dev", _) => Launch.Slot.Dev,
        _ => null,
    };

    /// <summary>Mounts on the directory in the target's slot, which stays open.</summary>
    internal static void Mount(ProgramWriter writer, string source, string destination, string type, MountOptions options, bool readOnly, int slot)
    {
        var what = $"error mounting \"{source}\" to rootfs at \"{destination}\": mount {type}";
        var context = Argument.Slot(Launch.Slot.Tree);
        writer.Add(what, SystemCall.Fsopen, writer.String(type), 1);
        writer.Last(result: Launch.Slot.Tree);
        writer.Add(what, SystemCall.Fsconfig, context, SetString, writer.String("source"), writer.String(source), 0);
        foreach (var (name, flag) in Flags)
        {
            if (name == "ro" ? readOnly : (options.MountFlags & flag) != 0) writer.Add(what, SystemCall.Fsconfig, context, SetFlag, writer.String(name), 0, 0);
        }

        foreach (var option in Split(options.Data))
        {
            var equals = option.IndexOf('=');
            if (equals < 0) writer.Add(what, SystemCall.Fsconfig, context, SetFlag, writer.String(option), 0, 0);
            else writer.Add(what, SystemCall.Fsconfig, context, SetString, writer.String(option[..equals]), writer.String(option[(equals + 1)..].Trim('"')), 0);
        }

        writer.Add(what, SystemCall.Fsconfig, context, Create, 0, 0, 0);
        writer.Add(what, SystemCall.Fsmount, context, 1, (long)((options.Attributes.Set & ~1UL) | (readOnly ? 1UL : 0)));
        writer.Last(result: slot);
        RootSteps.Close(writer, Launch.Slot.Tree);
        writer.Add(what, SystemCall.MoveMount, Argument.Slot(slot), writer.String(""), Argument.Slot(Launch.Slot.Target), writer.String(""), MoveBothEmpty);
        writer.Hold(destination.TrimEnd('/'), slot);
    }

    /// <summary>Options at their commas, but those between quotation marks.</summary>
    private static IEnumerable<string> Split(string data)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= data.Length; i++)
        {
            if (i < data.Length && data[i] == '"') quoted = !quoted;
            if (i < data.Length && (data[i] != ',' || quoted)) continue;
            if (i > start) yield return data[start..i];
            start = i + 1;
        }
    }
}
