namespace Davit.Dockerfile.Instructions;

/// <summary>COPY.</summary>
public sealed record CopyInstruction : TransferInstruction
{
    /// <summary><c>--from</c>: stage, index of a stage or image; null for the context.</summary>
    public string? From { get; init; }

    /// <summary><c>--parents</c>: keep the directories of the sources.</summary>
    public bool Parents { get; init; }
}
