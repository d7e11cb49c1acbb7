namespace Davit.Linux.Users;

/// <summary>A line of /etc/passwd.</summary>
/// <param name="Name">Login name.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Primary group.</param>
/// <param name="Home">Home directory.</param>
/// <param name="Shell">Shell.</param>
public sealed record PasswdEntry(string Name, uint Uid, uint Gid, string Home, string Shell);
