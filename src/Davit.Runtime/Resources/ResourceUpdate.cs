using Davit.Linux;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Resources;

/// <summary>Changes the limits of a running container.</summary>
public static class ResourceUpdate
{
    /// <summary>Writes the limits that are given; what is null stays. Device rules stay as they are.</summary>
    /// <exception cref="DavitException">The kernel refuses a value; the message names file and value.</exception>
    public static void Apply(CgroupHierarchies host, string cgroup, ResourcesSpec limits)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(cgroup);
        ArgumentNullException.ThrowIfNull(limits);
        limits = limits with { Devices = null };
        DocumentRules.Resources(limits);
        var path = cgroup.Trim('/');
        if (limits.Memory is { CheckBeforeUpdate: true, Limit: > 0 } memory) CheckUsage(host, path, memory.Limit.Value);
        if (host.IsUnified)
        {
            Unified($"{host.UnifiedMount}/{path}", limits);
            return;
        }

        ResourceRules.CheckVersion1(host, limits);

        foreach (var (controllers, mount) in host.Version1)
        {
            var directory = $"{mount}/{path}";
            foreach (var controller in controllers)
            {
                var files = CgroupV1Limits.Of(controller, limits).ToList();

                // memory may never exceed memory+swap: when the limit grows, the sum grows first
                if (controller == "memory" && Grows(directory, limits.Memory)) files.Reverse(0, 2);
                foreach (var (file, value, optional) in files) Write($"{directory}/{file}", value, optional);
            }
        }
    }

    private static void Unified(string directory, ResourcesSpec limits)
    {
        var files = CgroupV2Limits.Of(limits).ToList();

        // burst may not exceed the quota: when it shrinks it goes first
        var burst = files.FindIndex(f => f.File == "cpu.max.burst");
        var quota = files.FindIndex(f => f.File == "cpu.max");
        if (burst >= 0 && quota > burst && Shrinks(directory, files[burst].Value) is false) (files[burst], files[quota]) = (files[quota], files[burst]);
        foreach (var (file, value) in files)
        {
            if (file == CgroupV2Limits.BlockWeight && !File.Exists($"{directory}/{file}")) Write($"{directory}/io.weight", CgroupV2Limits.IoWeight(value), optional: false);
            else Write($"{directory}/{file}", value, CgroupV2Limits.MayMiss(file));
        }
    }

    private static bool Shrinks(string directory, string burst) =>
        !File.Exists(directory + "/cpu.max.burst") || long.Parse(burst, null) <= long.Parse(File.ReadAllText(directory + "/cpu.max.burst").AsSpan().Trim(), null);

    /// <summary>Version 2 would kill processes where version 1 refuses a limit below what is used (config-linux.md, "Memory").</summary>
    private static void CheckUsage(CgroupHierarchies host, string path, long limit)
    {
        var file = host.IsUnified ? $"{host.UnifiedMount}/{path}/memory.current" : $"{host.MountOf("memory")}/{path}/memory.usage_in_bytes";
        if (File.Exists(file) && long.Parse(File.ReadAllText(file).AsSpan().Trim(), null) is var used && used > limit)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"memory.limit {limit} is below what is in use, {used}, and memory.checkBeforeUpdate asks to refuse that", "raise the limit, or free memory in the container");
        }
    }

    private static bool Grows(string directory, MemorySpec? memory)
    {
        if (memory is not { Limit: { } limit and not 0, Swap: { } swap and not 0 } || !File.Exists(directory + "/memory.memsw.limit_in_bytes")) return false;
        return swap < 0 || limit < 0 || limit > long.Parse(File.ReadAllText(directory + "/memory.memsw.limit_in_bytes").AsSpan().Trim(), null);
    }

    private static void Write(string path, string value, bool optional)
    {
        if (optional && !File.Exists(path)) return;
        try
        {
            File.WriteAllText(path, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"failed to write \"{value}\" to \"{path}\": {Reason(e)}", Path.GetFileName(path).StartsWith("memory.", StringComparison.Ordinal) && Reason(e).Contains("busy", StringComparison.Ordinal) ? "more memory than that is in use: free some first, or give a higher limit" : null, e);
        }
    }

    /// <summary>The base library keeps the error number in HResult.</summary>
    private static string Reason(Exception e) => e is FileNotFoundException or DirectoryNotFoundException
        ? "no such file or directory"
        : e.HResult is > 0 and < 200 ? ((Linux.Errno)e.HResult).Text() : e.Message;
}
