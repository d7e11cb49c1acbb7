using Davit.Build.Conversion;
using Davit.Build.Output;
using Davit.Build.Planning;
using Davit.Build.Solving;
using Davit.Images;
using Davit.Oci.Image;

namespace Davit.Build;

/// <summary>A stage whose base is known and whose steps are ready.</summary>
internal sealed record PreparedStage
{
    public required PlannedStage Planned { get; init; }

    public required StageOutput Output { get; init; }

    /// <summary>Number of its FROM.</summary>
    public required int FirstStep { get; init; }

    public required int TotalSteps { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>What it begins from, unless that is another stage.</summary>
    public required StageResult Basis { get; init; }

    /// <summary>Configuration before its first step.</summary>
    public required ImageRunConfig InitialConfig { get; init; }

    /// <summary>The image at its bottom, or null.</summary>
    public required Image? BaseImage { get; init; }

    /// <summary>State that a stage that begins from this one takes up.</summary>
    public required StageState End { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public int Index => Planned.Stage.Index;
}
