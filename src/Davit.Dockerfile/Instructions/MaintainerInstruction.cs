namespace Davit.Dockerfile.Instructions;

/// <summary>MAINTAINER, which LABEL has replaced.</summary>
/// <param name="Name">Author.</param>
public sealed record MaintainerInstruction(string Name) : Instruction;
