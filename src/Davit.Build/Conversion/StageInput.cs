using Davit.Build.Graph;

namespace Davit.Build.Conversion;

/// <summary>What a <c>--from</c> stands for.</summary>
/// <param name="Vertex">Its file system.</param>
/// <param name="Stage">Index of the stage, or -1 for an image.</param>
internal sealed record StageInput(Vertex Vertex, int Stage);
