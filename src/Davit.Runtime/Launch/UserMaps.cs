using System.Globalization;
using Davit.Linux.Processes;
using Davit.Primitives;

namespace Davit.Runtime.Launch;

/// <summary>Writes the maps of a new user namespace: an ordinary user's, for itself alone or through newuidmap(1). Source: user_namespaces(7).</summary>
internal static class UserMaps
{
    /// <summary>Writes both maps.</summary>
    /// <param name="pid">First process of the namespace, which waits.</param>
    /// <param name="uidMap">Lines of three numbers: id inside, id outside, how many.</param>
    /// <param name="gidMap">The same for groups.</param>
    /// <exception cref="DavitException">The kernel or newuidmap refuses them.</exception>
    internal static void Write(int pid, string uidMap, string gidMap)
    {
        if (IsOnly(uidMap, Own("Uid:"))) File.WriteAllText($"/proc/{pid}/uid_map", uidMap);
        else Ask("newuidmap", pid, uidMap);
        if (IsOnly(gidMap, Own("Gid:")))
        {
            // the kernel lets nobody drop groups by such a map, for a group can also forbid
            File.WriteAllText($"/proc/{pid}/setgroups", "deny");
            File.WriteAllText($"/proc/{pid}/gid_map", gidMap);
        }
        else
        {
            Ask("newgidmap", pid, gidMap);
        }
    }

    private static bool IsOnly(string map, string own) => Words(map) is [_, var outside, "1"] && outside == own;

    private static string[] Words(string map) => map.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The effective id of this process, as /proc has it.</summary>
    private static string Own(string field) => File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split('\t')[2];

    private static void Ask(string program, int pid, string map)
    {
        var (code, _, error) = Run(program, [pid.ToString(CultureInfo.InvariantCulture), .. Words(map)]);
        if (code != 0) throw new DavitException(ErrorKind.Forbidden, $"{program} {string.Join(' ', Words(map))}: {error.Trim()}", "what a user may map stands in /etc/subuid and /etc/subgid");
    }

    private static (int ExitCode, string Output, string Error) Run(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            return Spawner.RunAsync(new ProgramRequest { Program = program, Arguments = arguments }, null, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"{program} is missing, and without it a user maps nobody but itself", "install package uidmap, or give one mapping of size 1", e);
        }
    }
}
