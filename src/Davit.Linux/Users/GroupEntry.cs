namespace Davit.Linux.Users;

/// <summary>A line of /etc/group.</summary>
/// <param name="Name">Group name.</param>
/// <param name="Gid">Group id.</param>
/// <param name="Members">Login names of its members.</param>
public sealed record GroupEntry(string Name, uint Gid, IReadOnlyList<string> Members);
