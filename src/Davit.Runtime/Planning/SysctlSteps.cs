using System.Text;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that set kernel parameters; only those that belong to a namespace of the container, since any other would be the host's (config-linux.md, "Sysctl").</summary>
internal static class SysctlSteps
{
    private static readonly string[] Ipc =
        ["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"];

    internal static void Set(ProgramWriter writer, Spec spec)
    {
        foreach (var (key, value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
        {
            var name = Dotted(key);
            Check(spec, key, name);
            var what = $"set sysctl {key} to {value}";
            writer.Add(what, SystemCall.Open, writer.String("/proc/sys/" + Path(name)), 1 | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.Scratch);
            ProcessSteps.CheckProc(writer, what, Slot.Scratch);
            writer.Add(what, SystemCall.Write, Argument.Slot(Slot.Scratch), writer.String(value), Encoding.UTF8.GetByteCount(value));
            RootSteps.Close(writer, Slot.Scratch);
        }
    }

    /// <summary>Both separators are in use (sysctl(8)): whichever comes first decides, and the other one then stands for itself.</summary>
    private static string Dotted(string key)
    {
        var first = key.IndexOfAny(['.', '/']);
        return first < 0 || key[first] == '.' ? key : string.Concat(key.Select(c => c switch { '/' => '.', '.' => '/', _ => c }));
    }

    private static string Path(string name) => string.Concat(name.Select(c => c switch { '.' => '/', '/' => '.', _ => c }));

    private static void Check(Spec spec, string key, string name)
    {
        bool Own(string type) => spec.Linux!.Namespaces?.Any(n => n.Type == type) == true;
        if (name.Contains("..", StringComparison.Ordinal) || name.Contains("//", StringComparison.Ordinal)) throw Foreign(key);
        if (Array.IndexOf(Ipc, name) >= 0 || name.StartsWith("fs.mqueue.", StringComparison.Ordinal))
        {
            if (!Own("ipc")) throw new DavitException(ErrorKind.InvalidArgument, $"sysctl \"{key}\" is not allowed in the hosts ipc namespace", "give the container an ipc namespace");
        }
        else if (name.StartsWith("net.", StringComparison.Ordinal))
        {
            if (!Own("network")) throw new DavitException(ErrorKind.InvalidArgument, $"sysctl \"{key}\" not allowed in host network namespace", "give the container a network namespace");
        }
        else if (name == "kernel.domainname")
        {
            if (!Own("uts")) throw new DavitException(ErrorKind.InvalidArgument, $"sysctl \"{key}\" is not allowed in the hosts uts namespace", "give the container a uts namespace");
        }
        else if (name == "kernel.hostname") throw new DavitException(ErrorKind.InvalidArgument, $"sysctl \"{key}\" is not allowed as it conflicts with the OCI \"hostname\" field", "set hostname");
        else throw Foreign(key);
    }

    private static DavitException Foreign(string key) => new(ErrorKind.InvalidArgument, $"sysctl \"{key}\" is not in a separate kernel namespace", "set it on the host");
}
