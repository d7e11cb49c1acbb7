namespace Davit.Dockerfile.Instructions;

/// <summary>EXPOSE.</summary>
/// <param name="Ports">Ports and ranges, <c>80</c>, <c>80/tcp</c>, <c>7000-7010/udp</c>.</param>
public sealed record ExposeInstruction(IReadOnlyList<string> Ports) : Instruction;
