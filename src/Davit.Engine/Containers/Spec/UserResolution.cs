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

        // The primary group among the others too: a program that changes its group must not lose what it was denied as a member.
        return new UserResolution(
            new UserSpec { Uid = identity.Uid, Gid = identity.Gid, AdditionalGids = [identity.Gid, .. identity.AdditionalGids.Where(group => group != identity.Gid)] },
            identity.Home.Length > 0 ? identity.Home : "/");
    }

    private static string Text(byte[]? file) => file is null ? "" : Encoding.UTF8.GetString(file);
}
