namespace Davit.Dockerfile.Instructions;

/// <summary>An instruction, understood. Variables in its arguments are not expanded yet.</summary>
public abstract record Instruction
{
    /// <summary>The instruction as written, continuations joined.</summary>
    public required string Original { get; init; }

    /// <summary>Where it stands in its file.</summary>
    public required LineRange Range { get; init; }
}
