using Davit.Build.Context;
using Davit.Build.Graph;
using Davit.Build.Solving;
using Davit.Build.Trees;
using Davit.Monitor.Runner;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Build.Execute;

/// <summary>Carries out RUN as a container of its own.</summary>
internal sealed class RunExecutor(BuilderServices services) : IExecutor
{
    private const int Kill = 9;
    private readonly StepDefaults _defaults = new();

    public async Task RunAsync(ExecOp op, IReadOnlyList<SourceTree?> sources, RootFs rootFs, BuildSession session, IStepOutput output, CancellationToken cancellation)
    {
        var id = BuildSession.NewId();
        var directory = Path.Combine(services.Instance.RunRoot, "build", id);
        Directory.CreateDirectory(directory);
        try
        {
            output.Write($" ---> Running in {id[..12]}\n");
            using var mounts = await MountSources.OpenAsync(op, sources, session, cancellation).ConfigureAwait(false);
            var network = new StepNetwork(services, id);
            await using (network.ConfigureAwait(false))
            {
                await network.PrepareAsync(op, directory, cancellation).ConfigureAwait(false);
                var spec = StepSpec.Create(op, id, directory, _defaults.Spec, services, rootFs, network, mounts);
                var skeleton = Path.Combine(directory, "skeleton");
                using (var mount = services.Layers.Mount(rootFs, readOnly: true)) MountPointSkeleton.Make(mount.Path, skeleton, spec.Mounts ?? []);
                services.Layers.PrepareMount(rootFs);
                var launch = new ContainerLaunch
                {
                    Id = id,
                    RunDirectory = directory,
                    Spec = spec,
                    Root = new OverlayRoot([skeleton, .. rootFs.LowerDirectories], rootFs.UpperDirectory, rootFs.WorkDirectory, rootFs.Volatile),
                    Names = network.Names,
                    ExitFile = Path.Combine(directory, "exit.json"),
                };
                await RunAsync(op, launch, output, cancellation).ConfigureAwait(false);
            }

            output.Write($" ---> Removed intermediate container {id[..12]}\n");
        }
        finally
        {
            BuildContext.Remove(directory);
        }
    }

    private async Task RunAsync(ExecOp op, ContainerLaunch launch, IStepOutput output, CancellationToken cancellation)
    {
        var streams = services.Runner.PrepareAttach(stdin: false, stdout: true, stderr: true);
        ContainerExit exit;
        await using (streams.ConfigureAwait(false))
        {
            var container = await services.Runner.StartAsync(launch with { Attachments = [streams] }, cancellation).ConfigureAwait(false);
            await using (container.ConfigureAwait(false))
            {
                var kill = cancellation.Register(() => _ = KillAsync(container));
                await using (kill.ConfigureAwait(false))
                {
                    await ProcessOutput.PumpAsync(streams, output).ConfigureAwait(false);
                    exit = await container.Exited.ConfigureAwait(false);
                }
            }
        }

        cancellation.ThrowIfCancellationRequested();
        if (exit.Error.Length > 0) throw new DavitException(ErrorKind.Internal, $"The command '{string.Join(' ', op.Args)}' did not end by itself: {exit.Error}");
        if (exit.ExitCode == 0) return;
        var failure = new DavitException(
            ErrorKind.InvalidArgument,
            $"The command '{string.Join(' ', op.Args)}' returned a non-zero code: {exit.ExitCode}",
            exit.OomKilled ? "the step was killed for want of memory: raise the limit of the build (--memory)" : null);
        failure.Data["ExitCode"] = exit.ExitCode;
        throw failure;
    }

    /// <summary>Kills every process of a step.</summary>
    internal static async Task KillAsync(IRunningContainer container)
    {
        try
        {
            await container.SignalAsync(Kill, all: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DavitException)
        {
            // it ended by itself in the meantime
        }
    }
}
