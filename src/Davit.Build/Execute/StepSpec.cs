using System.Text;
using Davit.Build.Graph;
using Davit.Build.Solving;
using Davit.Linux.Users;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Build.Execute;

/// <summary>The OCI specification of one RUN: the defaults of every container, and what the instruction says.</summary>
internal static class StepSpec
{
    public static Spec Create(ExecOp op, string id, string directory, Spec basis, BuilderServices services, RootFs rootFs, StepNetwork network, MountSources mounts)
    {
        var user = UserDatabase.Parse(Read(services, rootFs, "/etc/passwd"), Read(services, rootFs, "/etc/group")).Resolve(op.User, []);
        var root = Path.Combine(directory, "rootfs");
        Directory.CreateDirectory(root);
        var hostname = network.IsHost ? System.Environment.MachineName : id[..12];
        return basis with
        {
            Root = new RootSpec { Path = root },
            Hostname = hostname,
            Process = basis.Process! with
            {
                Args = op.Args,
                Cwd = op.WorkingDirectory,
                User = new UserSpec { Uid = user.Uid, Gid = user.Gid, AdditionalGids = [user.Gid, .. user.AdditionalGids.Where(g => g != user.Gid)] },
                Env = EnvironmentOf(op, hostname, user.Home),
                Rlimits = [.. basis.Process.Rlimits ?? [], .. op.Limits.Rlimits],
                ApparmorProfile = services.Options.AppArmorProfile,
            },
            Mounts = [.. WithShm(basis.Mounts!, op.ShmSize), .. Files(directory), .. mounts.Specs, .. Scripts(op, directory)],
            Linux = basis.Linux! with
            {
                CgroupsPath = $"/{(op.Limits.CgroupParent.Length > 0 ? op.Limits.CgroupParent.Trim('/') : services.Instance.CgroupParent)}/{id}",
                Namespaces = [.. Namespaces(basis.Linux!.Namespaces!, network)],
                Resources = op.Limits.Over(basis.Linux.Resources),
            },
        };
    }

    private static string Read(BuilderServices services, RootFs rootFs, string path) => services.Layers.TryReadFile(rootFs, path) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    private static List<string> EnvironmentOf(ExecOp op, string hostname, string home)
    {
        var env = new List<string>(op.Env);
        Default("HOSTNAME", hostname);
        Default("HOME", home);
        env.AddRange(op.TransientEnv);
        return env;

        void Default(string name, string value)
        {
            if (!env.Any(e => e.StartsWith(name + "=", StringComparison.Ordinal))) env.Add($"{name}={value}");
        }
    }

    private static IEnumerable<MountSpec> Files(string directory)
    {
        foreach (var name in new[] { "resolv.conf", "hostname", "hosts" })
        {
            yield return new MountSpec { Destination = "/etc/" + name, Type = "bind", Source = Path.Combine(directory, name), Options = ["rbind", "rprivate"] };
        }
    }

    private static IEnumerable<MountSpec> Scripts(ExecOp op, string directory)
    {
        if (op.Scripts.Count == 0) yield break;
        var pipes = Path.Combine(directory, "pipes");
        Directory.CreateDirectory(pipes);
        foreach (var script in op.Scripts)
        {
            if (script.Name.AsSpan().ContainsAny('/', '\0') || script.Name is "." or "..") throw new DavitException(ErrorKind.InvalidArgument, $"the here-document's name \"{script.Name}\" is no file name");
            var path = Path.Combine(pipes, script.Name);
            File.WriteAllText(path, script.Content);
            File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        }

        yield return new MountSpec { Destination = "/dev/pipes", Type = "bind", Source = pipes, Options = ["rbind", "ro", "rprivate"] };
    }

    private static IEnumerable<MountSpec> WithShm(IReadOnlyList<MountSpec> mounts, long size) =>
        size <= 0 ? mounts : mounts.Select(m => m.Destination == "/dev/shm" ? m with { Options = [.. (m.Options ?? []).Where(o => !o.StartsWith("size=", StringComparison.Ordinal)), $"size={size}"] } : m);

    private static IEnumerable<NamespaceSpec> Namespaces(IReadOnlyList<NamespaceSpec> defaults, StepNetwork network)
    {
        foreach (var item in defaults)
        {
            if (item.Type != "network") yield return item;
            else if (!network.IsHost) yield return item with { Path = network.NamespacePath };
        }
    }
}
