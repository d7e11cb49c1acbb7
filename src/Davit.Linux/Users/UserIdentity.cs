namespace Davit.Linux.Users;

/// <summary>Who a process runs as.</summary>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
/// <param name="AdditionalGids">Supplementary groups.</param>
/// <param name="Home">Home directory; <c>/</c> when the user is not listed.</param>
public sealed record UserIdentity(uint Uid, uint Gid, IReadOnlyList<uint> AdditionalGids, string Home);
