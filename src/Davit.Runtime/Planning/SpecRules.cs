using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Planning;

/// <summary>What a configuration may not say: contradictions, and what this runtime does not do. Each is refused by its name; nothing is read and then forgotten.</summary>
internal static class SpecRules
{
    internal static void Check(Spec spec, PlanOptions options)
    {
        Namespaces(spec);
        Hooks(spec.Hooks);
        var linux = spec.Linux;
        if (linux is null) return;
        if (linux.IntelRdt is not null && !options.Hooks) throw Refused("linux.intelRdt", "use davit-oci");
        if (linux.NetDevices is { Count: > 0 } devices)
        {
            if (!options.Hooks) throw Refused($"linux.netDevices: {devices.Keys.First()}", "use davit-oci");
            if (linux.Namespaces?.Any(n => n.Type == "network") != true) throw new DavitException(ErrorKind.InvalidArgument, $"unable to move network device {devices.Keys.First()} without a private NET namespace", "add the namespace network");
        }

        if (!PlanBuilder.HasOwnMounts(spec)) SharedMounts(spec, linux);
        if (!string.IsNullOrEmpty(linux.MountLabel) && !options.Host!.SeLinux) throw new DavitException(ErrorKind.FailedPrecondition, $"selinux label \"{linux.MountLabel}\" is specified in config, but selinux is disabled or not supported", "leave linux.mountLabel out");
        foreach (var clock in linux.TimeOffsets?.Keys ?? [])
        {
            if (clock is not ("monotonic" or "boottime")) throw new DavitException(ErrorKind.InvalidArgument, $"timeOffsets: clock \"{clock}\" does not exist", "use monotonic and boottime");
        }
    }

    /// <summary>What changes mounts that are not the container's.</summary>
    private static void SharedMounts(Spec spec, LinuxSpec linux)
    {
        if (linux is { MaskedPaths.Count: > 0 } or { ReadonlyPaths.Count: > 0 }) throw Shared("unable to restrict sys entries without a private MNT namespace");
        if (spec.Root?.Readonly == true) throw Shared("unable to make the root read-only without a private MNT namespace");
        if (!string.IsNullOrEmpty(linux.RootfsPropagation)) throw Shared("unable to set rootfsPropagation without a private MNT namespace");

        static DavitException Shared(string message) => new(ErrorKind.InvalidArgument, message, "add the namespace mount without a path");
    }

    private static void Namespaces(Spec spec)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var given in spec.Linux?.Namespaces ?? [])
        {
            if (PlanBuilder.Namespaces.All(n => n.Type != given.Type)) throw new DavitException(ErrorKind.InvalidArgument, $"namespace \"{given.Type}\" does not exist", "use " + string.Join(", ", PlanBuilder.Namespaces.Select(n => n.Type)));
            if (!seen.Add(given.Type)) throw new DavitException(ErrorKind.InvalidArgument, $"malformed spec file: duplicated ns {{{given.Type} {given.Path}}}", "list each namespace once");
        }

        void Needs(string type, bool asked, string message)
        {
            if (asked && !seen.Contains(type)) throw new DavitException(ErrorKind.InvalidArgument, message, $"add the namespace {type}");
        }

        Needs("uts", !string.IsNullOrEmpty(spec.Hostname), "unable to set hostname without a private UTS namespace");
        Needs("uts", !string.IsNullOrEmpty(spec.Domainname), "unable to set domainname without a private UTS namespace");
        Needs("time", spec.Linux?.TimeOffsets is { Count: > 0 }, "time namespace offsets specified, but time namespace isn't enabled in the config");
        Needs("user", spec.Linux?.UidMappings is { Count: > 0 } || spec.Linux?.GidMappings is { Count: > 0 }, "user namespace mappings specified, but user namespace isn't enabled in the config");
    }

    private static void Hooks(HooksSpec? hooks)
    {
        if (hooks is null) return;
        foreach (var hook in ((IReadOnlyList<HookSpec>?[])[hooks.Prestart, hooks.CreateRuntime, hooks.CreateContainer, hooks.StartContainer, hooks.Poststart, hooks.Poststop]).SelectMany(list => list ?? []))
        {
            if (!hook.Path.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"hook path \"{hook.Path}\" is not absolute", "write it from /");
            if (hook.Timeout is <= 0) throw new DavitException(ErrorKind.InvalidArgument, $"hook {hook.Path}: timeout {hook.Timeout} is not greater than zero", "give seconds, or leave it out");
        }
    }

    private static DavitException Refused(string field, string hint) => new(ErrorKind.NotImplemented, $"{field} is asked for, and this runtime does not offer it", hint);
}
