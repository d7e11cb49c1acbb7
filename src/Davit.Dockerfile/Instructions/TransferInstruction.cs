using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile.Instructions;

/// <summary>What COPY and ADD have in common.</summary>
public abstract record TransferInstruction : Instruction
{
    /// <summary>Source paths, wildcards allowed; for ADD also URLs.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Here-documents that become files.</summary>
    public required IReadOnlyList<Heredoc> Files { get; init; }

    /// <summary>Destination.</summary>
    public required string Destination { get; init; }

    /// <summary><c>--chown</c>, or null.</summary>
    public string? Chown { get; init; }

    /// <summary><c>--chmod</c>, or null.</summary>
    public string? Chmod { get; init; }

    /// <summary><c>--link</c>: a layer of its own that doesn't depend on what is below.</summary>
    public bool Link { get; init; }

    /// <summary><c>--exclude</c> patterns.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
