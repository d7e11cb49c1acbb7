namespace Davit.Dockerfile.Instructions;

/// <summary>ONBUILD: an instruction for builds on the image.</summary>
/// <param name="Trigger">The instruction as text, its here-documents after it.</param>
public sealed record OnbuildInstruction(string Trigger) : Instruction;
