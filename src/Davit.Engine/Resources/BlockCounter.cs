namespace Davit.Engine.Resources;

/// <summary>A counter of a block device.</summary>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
/// <param name="Operation"><c>read</c>, <c>write</c> …</param>
/// <param name="Value">Bytes or operations.</param>
public sealed record BlockCounter(long Major, long Minor, string Operation, long Value);
