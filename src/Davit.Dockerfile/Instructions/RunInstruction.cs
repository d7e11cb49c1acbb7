namespace Davit.Dockerfile.Instructions;

/// <summary>RUN.</summary>
/// <param name="Command">What to run.</param>
public sealed record RunInstruction(CommandLine Command) : Instruction
{
    /// <summary><c>--mount</c> flags.</summary>
    public IReadOnlyList<RunMount> Mounts { get; init; } = [];

    /// <summary><c>--network</c>: <c>default</c>, <c>none</c>, <c>host</c>; null for the build's.</summary>
    public string? Network { get; init; }
}
