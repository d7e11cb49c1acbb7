using System.Globalization;
using Davit.Primitives;

namespace Davit.Linux.Users;

/// <summary>The passwd and group files of a container, and what <c>USER[:GROUP]</c> means by them.</summary>
public sealed class UserDatabase
{
    private const uint HighestId = int.MaxValue;
    private readonly List<PasswdEntry> _users;
    private readonly List<GroupEntry> _groups;

    private UserDatabase(List<PasswdEntry> users, List<GroupEntry> groups) => (_users, _groups) = (users, groups);

    /// <summary>Reads the texts of both files; empty for one that is not there. Lines that make no sense are passed over, as the C library does.</summary>
    public static UserDatabase Parse(string passwd, string group)
    {
        ArgumentNullException.ThrowIfNull(passwd);
        ArgumentNullException.ThrowIfNull(group);
        var users = new List<PasswdEntry>();
        foreach (var fields in Lines(passwd))
        {
            if (fields.Length >= 4 && Id(fields[2]) is { } uid && Id(fields[3]) is { } gid)
            {
                users.Add(new(fields[0], uid, gid, fields.Length > 5 ? fields[5] : "", fields.Length > 6 ? fields[6] : ""));
            }
        }

        var groups = new List<GroupEntry>();
        foreach (var fields in Lines(group))
        {
            if (fields.Length >= 3 && Id(fields[2]) is { } gid) groups.Add(new(fields[0], gid, fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : []));
        }

        return new(users, groups);
    }

    /// <summary>First name of a number, or null.</summary>
    public string? NameOf(uint uid) => _users.Find(u => u.Uid == uid)?.Name;

    /// <summary>Finds who a process runs as.</summary>
    /// <param name="user"><c>USER</c>, <c>UID</c>, <c>USER:GROUP</c> and so on; empty for root.</param>
    /// <param name="moreGroups">Names or numbers of further groups (<c>--group-add</c>).</param>
    /// <exception cref="DavitException">A name that is not in the files, in Docker's words.</exception>
    public UserIdentity Resolve(string user, IReadOnlyList<string> moreGroups)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(moreGroups);
        var colon = user.IndexOf(':');
        var (userPart, groupPart) = colon < 0 ? (user, "") : (user[..colon], user[(colon + 1)..]);
        var entry = userPart.Length == 0 ? _users.Find(u => u.Uid == 0) : _users.Find(u => u.Name == userPart) ?? (Id(userPart) is { } number ? _users.Find(u => u.Uid == number) : null);
        var uid = entry?.Uid ?? (userPart.Length == 0 ? 0 : Number(userPart) ?? throw new DavitException(ErrorKind.InvalidArgument, $"unable to find user {userPart}: no matching entries in passwd file"));
        var gid = entry?.Gid ?? 0;
        var additional = new List<uint>();
        if (groupPart.Length > 0) gid = Group(groupPart);
        else if (entry is not null) additional.AddRange(_groups.Where(g => g.Members.Contains(entry.Name)).Select(g => g.Gid));
        additional.AddRange(moreGroups.Select(Group));
        return new(uid, gid, [.. additional.Distinct()], entry?.Home is { Length: > 0 } home ? home : "/");
    }

    private uint Group(string text) =>
        _groups.Find(g => g.Name == text)?.Gid
        ?? Number(text)
        ?? throw new DavitException(ErrorKind.InvalidArgument, $"unable to find group {text}: no matching entries in group file");

    private static uint? Number(string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return null;
        return value is >= 0 and <= HighestId ? (uint)value : throw new DavitException(ErrorKind.InvalidArgument, "uids and gids must be in range 0-2147483647");
    }

    private static uint? Id(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static IEnumerable<string[]> Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.Length > 0 && trimmed[0] != '#') yield return trimmed.Split(':');
        }
    }
}
