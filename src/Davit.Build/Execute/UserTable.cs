using System.Globalization;
using System.Text;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Users and groups of a root file system, for <c>--chown</c>.</summary>
internal sealed class UserTable
{
    private readonly List<(string Name, uint Uid, uint Gid)> _users = [];
    private readonly List<(string Name, uint Gid)> _groups = [];

    public UserTable(byte[]? passwd, byte[]? group)
    {
        foreach (var fields in Lines(passwd))
        {
            if (fields.Length >= 4 && Id(fields[2]) is { } uid && Id(fields[3]) is { } gid) _users.Add((fields[0], uid, gid));
        }

        foreach (var fields in Lines(group))
        {
            if (fields.Length >= 3 && Id(fields[2]) is { } gid) _groups.Add((fields[0], gid));
        }
    }

    /// <summary>Owner for <c>--chown</c>: <c>user</c>, <c>user:group</c>, or <c>:group</c> for root with that group.</summary>
    public (uint Uid, uint Gid) Owner(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 2 || text is "" or ":") throw new DavitException(ErrorKind.InvalidArgument, $"invalid chown string format: {text}");
        if (parts[0].Length == 0) return (0, GroupOf(parts[1]));
        var user = _users.FirstOrDefault(u => u.Name == parts[0]);
        var uid = user.Name is not null ? user.Uid : Id(parts[0]) ?? throw Unmapped("uid for user", parts[0], "user");
        if (parts.Length == 1 || parts[1].Length == 0) return (uid, user.Name is not null ? user.Gid : uid);
        return (uid, GroupOf(parts[1]));
    }

    private uint GroupOf(string text)
    {
        var group = _groups.FirstOrDefault(g => g.Name == text);
        return group.Name is not null ? group.Gid : Id(text) ?? throw Unmapped("gid for group", text, "group");
    }

    private static DavitException Unmapped(string what, string name, string kind) =>
        new(ErrorKind.InvalidArgument, $"unable to convert uid/gid chown string to host mapping: can't find {what} {name}: no such {kind}: {name}");

    private static IEnumerable<string[]> Lines(byte[]? file) =>
        file is null ? [] : Encoding.UTF8.GetString(file).Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.TrimEnd('\r').Split(':'));

    private static uint? Id(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= int.MaxValue ? id : null;
}
