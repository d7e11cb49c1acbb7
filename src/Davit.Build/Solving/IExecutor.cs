using Davit.Build.Graph;
using Davit.Build.Trees;
using Davit.Storage.Layers;

namespace Davit.Build.Solving;

/// <summary>Carries out RUN.</summary>
internal interface IExecutor
{
    /// <summary>Runs the process to its end in the root file system, which is not mounted any more afterwards.</summary>
    /// <param name="op">What to run.</param>
    /// <param name="sources">Tree of each mount, or null.</param>
    /// <param name="rootFs">The root.</param>
    /// <param name="session">The build.</param>
    /// <param name="output">Gets the output as it comes.</param>
    /// <param name="cancellation">Kills the process.</param>
    Task RunAsync(ExecOp op, IReadOnlyList<SourceTree?> sources, RootFs rootFs, BuildSession session, IStepOutput output, CancellationToken cancellation);
}
