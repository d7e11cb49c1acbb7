using System.Text;
using Davit.Linux.Users;
using Davit.Oci.Runtime;

namespace Davit.Engine.Containers.Spec;

/// <summary>A user of a container, found in the container's own /etc/passwd and /etc/group.</summary>
/// <param name="User">Numbers.</param>
/// <param name="Home">Home directory, <c>/</c> when there is none.</param>
internal sealed record UserResolution(UserSpec User, string Home)
{
    /// <summary>Resolves <c>-u USER[:GROUP]</c> and <c>--group-add</c>.</summary>
    /// <param name="user">As given; empty is root.</param>
    /// <param name="extra">More groups, by name or number.</param>
    /// <param name="read">Reads a file of the container's root, or returns null.</param>
    /// <exception cref="Davit.Primitives.DavitException">InvalidArgument: <c>unable to find user x: no matching entries in passwd file</c>.</exception>
    public static UserResolution Resolve(string user, IReadOnlyList<string> extra, Func<string, byte[]?> read)
    {
        var identity = UserDatabase.Parse(Text(read("/etc/passwd")), Text(read("/etc/group"))).Resolve(user, extra);
        return new UserResolution(
            new UserSpec { Uid = identity.Uid, Gid = identity.Gid, AdditionalGids = identity.AdditionalGids is { Count: > 0 } groups ? groups : null },
            identity.Home.Length > 0 ? identity.Home : "/");
    }

    private static string Text(byte[]? file) => file is null ? "" : Encoding.UTF8.GetString(file);
}
