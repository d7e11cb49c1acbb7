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
        var path = cgroup.Trim('/');
        if (host.IsUnified)
        {
            foreach (var (file, value) in CgroupV2Limits.Of(limits)) Write($"{host.UnifiedMount}/{path}/{file}", value, optional: false);
            return;
        }

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
            throw new DavitException(ErrorKind.InvalidArgument, $"failed to write \"{value}\" to \"{path}\": {Reason(e)}", inner: e);
        }
    }

    /// <summary>The base library keeps the error number in HResult.</summary>
    private static string Reason(Exception e) => e is FileNotFoundException or DirectoryNotFoundException
        ? "no such file or directory"
        : e.HResult is > 0 and < 200 ? ((Linux.Errno)e.HResult).Text() : e.Message;
}
