using Davit.Dockerfile;
using Davit.Oci;

namespace Davit.Build.Planning;

/// <summary>A stage that the build needs.</summary>
internal sealed record PlannedStage
{
    public required Stage Stage { get; init; }

    /// <summary>Name of the base, variables expanded.</summary>
    public required string BaseName { get; init; }

    /// <summary>Index of the stage that it begins from, or -1 for an image or scratch.</summary>
    public required int BaseStage { get; init; }

    /// <summary>Platform asked for by <c>FROM --platform</c>, or null for the build's.</summary>
    public Platform? Platform { get; init; }

    public bool IsScratch => BaseStage < 0 && BaseName == "scratch";
}
