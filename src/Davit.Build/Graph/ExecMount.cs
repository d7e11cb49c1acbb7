using Davit.Dockerfile.Instructions;

namespace Davit.Build.Graph;

/// <summary>A mount of RUN.</summary>
/// <param name="Input">Index of the vertex among the inputs, or -1.</param>
/// <param name="Mount">What the instruction says, variables expanded, target absolute.</param>
internal sealed record ExecMount(int Input, RunMount Mount);
