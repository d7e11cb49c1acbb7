namespace Davit.Linux.Cgroups;

/// <summary>A counter of a block device.</summary>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
/// <param name="Operation"><c>read</c> or <c>write</c> (version 1 also has others).</param>
/// <param name="Value">Bytes or operations.</param>
public sealed record CgroupDeviceCounter(long Major, long Minor, string Operation, long Value);
