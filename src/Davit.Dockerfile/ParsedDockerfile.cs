using Davit.Dockerfile.Instructions;
using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile;

/// <summary>A Dockerfile, understood.</summary>
public sealed record ParsedDockerfile
{
    /// <summary>Its text.</summary>
    public required SourceText Source { get; init; }

    /// <summary>Its first lines.</summary>
    public required Directives Directives { get; init; }

    /// <summary>ARGs before the first FROM.</summary>
    public required IReadOnlyList<ArgInstruction> GlobalArgs { get; init; }

    /// <summary>Stages in order; at least one.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>What deserves a warning.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The stage that a name or number means, among the first <paramref name="before"/>; null when there is none.</summary>
    public Stage? FindStage(string nameOrIndex, int before = int.MaxValue)
    {
        for (var i = Math.Min(before, Stages.Count) - 1; i >= 0; i--)
        {
            if (Stages[i].From.Name is { } name && name.Equals(nameOrIndex, StringComparison.OrdinalIgnoreCase)) return Stages[i];
        }

        return null;
    }
}
