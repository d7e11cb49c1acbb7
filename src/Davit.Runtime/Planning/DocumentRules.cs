using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Planning;

/// <summary>What a configuration may not say as a document (config.md, config-linux.md), whatever this machine can do.</summary>
internal static class DocumentRules
{
    internal static void Check(Spec spec)
    {
        Version(spec.OciVersion);
        foreach (var (key, value) in spec.Annotations ?? new Dictionary<string, string>())
        {
            if (key.Length == 0) throw Invalid("an annotation has no key", "name it in reverse domain notation");
            if (value is null) throw Invalid($"annotation \"{key}\" is no text", "write a text, which may be empty");
        }

        var limits = new HashSet<string>(StringComparer.Ordinal);
        foreach (var limit in spec.Process?.Rlimits ?? [])
        {
            if (!limits.Add(limit.Type)) throw Invalid($"rlimit type {limit.Type} is given twice", "give each type once");
        }

        foreach (var mount in spec.Mounts ?? [])
        {
            if (mount.Destination.Length == 0) throw Invalid("a mount has no destination", "write it from /");
        }

        if (spec.Linux is not { } linux) return;
        foreach (var path in (linux.MaskedPaths ?? []).Concat(linux.ReadonlyPaths ?? []))
        {
            if (!path.StartsWith('/')) throw Invalid($"masked or read-only path \"{path}\" is not absolute", "write it from /");
        }

        foreach (var given in linux.Namespaces ?? [])
        {
            if (!string.IsNullOrEmpty(given.Path) && given.Path[0] != '/') throw Invalid($"path \"{given.Path}\" of the {given.Type} namespace is not absolute", "write it from /");
        }

        if (linux.Resources is { } resources) Resources(resources);
    }

    internal static void Resources(ResourcesSpec resources)
    {
        foreach (var rule in resources.Devices ?? [])
        {
            if (rule.Type is not (null or "" or "a" or "b" or "c")) throw Invalid($"device rule has type \"{rule.Type}\"", "use a, b or c");
            if (rule.Access?.All(c => c is 'r' or 'w' or 'm') == false) throw Invalid($"device rule has access \"{rule.Access}\"", "use letters of rwm");
        }

        foreach (var device in resources.BlockIO?.WeightDevice ?? [])
        {
            if (device.Weight is null && device.LeafWeight is null) throw Invalid($"blockIO.weightDevice {device.Major}:{device.Minor} has no weight", "set weight or leafWeight");
        }

        foreach (var (name, limit) in resources.Rdma ?? new Dictionary<string, RdmaSpec>())
        {
            if (limit?.HcaHandles is null && limit?.HcaObjects is null) throw Invalid($"rdma limit of {name} is empty", "set hcaHandles or hcaObjects");
        }

        if (resources.Cpu is { Quota: > 0, Burst: { } burst } cpu && burst > (ulong)cpu.Quota) throw Invalid($"cpu.burst {burst} is larger than cpu.quota {cpu.Quota}", "lower the burst");
        foreach (var file in (resources.Unified ?? new Dictionary<string, string>()).Keys)
        {
            if (file.Length == 0 || file.Contains('/')) throw Invalid($"unified resource \"{file}\" is no name of a file", "write a name such as memory.high");
        }
    }

    /// <summary>Later minor versions differ in properties alone, which are then ignored, and values, which are then refused.</summary>
    private static void Version(string version)
    {
        var core = version.Split('-', '+')[0].Split('.');
        var suffix = version[string.Join('.', core).Length..];
        var isSemantic = core.Length == 3 && core.All(IsNumber) && (suffix.Length == 0 || suffix[1..].Split('.', '+', '-').All(part => part.All(char.IsAsciiLetterOrDigit)));
        if (!isSemantic) throw Invalid($"ociVersion \"{version}\" is no semantic version", "write for example 1.3.0");
        if (core[0] != "1") throw Invalid($"ociVersion \"{version}\" is not supported", "this runtime follows version 1");

        static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');
    }

    private static DavitException Invalid(string message, string hint) => new(ErrorKind.InvalidArgument, message, hint);
}
