namespace Davit.Dockerfile.Instructions;

/// <summary>CMD.</summary>
/// <param name="Command">Default arguments or command.</param>
public sealed record CmdInstruction(CommandLine Command) : Instruction;
