namespace Davit.Dockerfile.Instructions;

/// <summary>ENTRYPOINT.</summary>
/// <param name="Command">What always runs.</param>
public sealed record EntrypointInstruction(CommandLine Command) : Instruction;
