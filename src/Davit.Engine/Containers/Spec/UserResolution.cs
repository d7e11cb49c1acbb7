using System.Globalization;
using System.Text;
using Davit.Oci.Runtime;
using Davit.Primitives;

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
    /// <exception cref="DavitException">InvalidArgument: <c>unable to find user x: no matching entries in passwd file</c>.</exception>
    public static UserResolution Resolve(string user, IReadOnlyList<string> extra, Func<string, byte[]?> read)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var userName = colon < 0 ? user : user[..colon];
        var groupName = colon < 0 ? "" : user[(colon + 1)..];
        var passwd = Lines(read("/etc/passwd"), 4);
        var isNumber = uint.TryParse(userName, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var entry = userName.Length == 0 ? passwd.Find(fields => fields[2] == "0") : passwd.Find(fields => fields[0] == userName) ?? (isNumber ? passwd.Find(fields => fields[2] == userName) : null);
        if (entry is null && userName.Length > 0 && !isNumber)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"unable to find user {userName}: no matching entries in passwd file");
        }

        var uid = entry is null ? number : Id(entry[2]);
        if (uid > int.MaxValue) throw new DavitException(ErrorKind.InvalidArgument, "uids and gids must be in range 0-2147483647");
        var gid = entry is null ? 0 : Id(entry[3]);
        var groups = new List<uint>();
        var needsGroups = groupName.Length > 0 || extra.Count > 0 || entry is not null;
        var groupFile = needsGroups ? Lines(read("/etc/group"), 3) : [];
        if (groupName.Length > 0)
        {
            gid = Group(groupName, groupFile);
        }
        else if (entry is not null)
        {
            groups.AddRange(groupFile.Where(fields => fields.Length > 3 && fields[3].Split(',').Contains(entry[0])).Select(fields => Id(fields[2])));
        }

        foreach (var name in extra) groups.Add(Group(name, groupFile));
        return new UserResolution(
            new UserSpec { Uid = uid, Gid = gid, AdditionalGids = groups.Count > 0 ? [.. groups.Where(id => id != gid || groupName.Length == 0).Distinct().Order()] : null },
            entry is { Length: > 5 } && entry[5].Length > 0 ? entry[5] : "/");
    }

    private static uint Group(string name, List<string[]> groupFile)
    {
        var entry = groupFile.Find(fields => fields[0] == name);
        if (entry is not null) return Id(entry[2]);
        return uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number
            : throw new DavitException(ErrorKind.InvalidArgument, $"unable to find group {name}: no matching entries in group file");
    }

    private static uint Id(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private static List<string[]> Lines(byte[]? file, int fields) =>
        file is null ? [] : [.. Encoding.UTF8.GetString(file).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(':')).Where(parts => parts.Length >= fields)];
}
