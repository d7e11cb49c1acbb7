using Davit.Dockerfile.Instructions;

namespace Davit.Dockerfile;

/// <summary>A stage: a FROM and what follows.</summary>
/// <param name="Index">Number, counted from 0.</param>
/// <param name="From">How it begins.</param>
/// <param name="Instructions">What it does.</param>
public sealed record Stage(int Index, FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>Its name, or its number as text.</summary>
    public string Name => From.Name ?? Index.ToString();
}
