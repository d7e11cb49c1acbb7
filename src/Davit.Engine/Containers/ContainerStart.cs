using System.Net;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Engine.Containers.Spec;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Starts a container.</summary>
    /// <exception cref="DavitException">NotModified: it runs; Conflict: paused or being removed; else what kept it from starting, with Docker's texts.</exception>
    public async Task StartAsync(string idOrName, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        DavitException failure;
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var state = container.Model.State;
            if (state.Paused) throw new DavitException(ErrorKind.Conflict, "cannot start a paused container, try unpause instead");
            if (state is { Running: true, Restarting: false }) throw new DavitException(ErrorKind.NotModified, "container is already running");
            if (state.RemovalInProgress || state.Dead) throw new DavitException(ErrorKind.Conflict, "container is marked for removal and cannot be started");
            CancelRestart(container);
            container.RestartDelay = TimeSpan.Zero;
            try
            {
                await LaunchAsync(container, restartCount: 0, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception error)
            {
                failure = await FailStartAsync(container, error).ConfigureAwait(false);
            }

            if (container.Model.IsEphemeral) await RemoveHeldAsync(container, removeVolumes: true).ConfigureAwait(false);
        }

        throw failure;
    }

    /// <summary>Brings the container up. The caller holds its queue.</summary>
    private async Task LaunchAsync(Container container, int restartCount, CancellationToken cancellation)
    {
        var model = container.Model;
        _services.Runner.Expect();
        var log = LogOptions.Parse(model.HostConfig.LogConfig);
        await RequireLogDriverAsync(log, cancellation).ConfigureAwait(false);
        _files.MakeForStart(model);
        var attachments = container.TakeAttachments();
        try
        {
            var mounts = PrepareMounts(model);
            var sandbox = await ConnectAsync(container, cancellation).ConfigureAwait(false);
            var rootFs = _services.Layers.FindRootFs(model.Id) ?? throw new DavitException(ErrorKind.DataLoss, $"the root file system of container {model.Id} is gone");
            _services.Layers.PrepareMount(rootFs);
            var linked = RequireLinked(model);
            var names = WriteOwnFiles(model, sandbox);
            var spec = ContainerSpecs.Make(SpecInput(model, mounts, sandbox, LinkVariables(model, linked), UserResolution.Resolve(model.Config.User, model.HostConfig.GroupAdd ?? [], path => _services.Layers.TryReadFile(rootFs, path))));

            // Written while the process starts: after a power cut the next daemon must know that it was meant to run.
            var starting = model with
            {
                State = model.State with
                {
                    Running = true, Restarting = false, Paused = false, Pid = 0, ExitCode = 0, Error = "", OomKilled = false, StoppedByUser = false, RestartCount = restartCount, StartedAt = _services.Time.GetUtcNow(), Health = StartingHealth(model.Config.Healthcheck),
                },
            };
            var written = _files.WriteAsync(starting, CancellationToken.None);
            IRunningContainer? running = null;
            try
            {
                running = await _services.Runner.StartAsync(
                    new ContainerLaunch
                    {
                        Id = model.Id,
                        RunDirectory = _files.RunDirectory(model.Id),
                        Spec = spec,
                        Root = new([.. rootFs.LowerDirectories, _files.BaseLayer()], rootFs.UpperDirectory, rootFs.WorkDirectory, rootFs.Volatile),
                        LogDirectory = log.Enabled ? _files.LogDirectory(model.Id) : null,
                        LogSegmentSize = log.SegmentSize,
                        LogSegments = log.Segments,
                        OpenStdin = model.Config.OpenStdin,
                        StdinOnce = model.Config.StdinOnce,
                        Names = names,
                        Attachments = attachments,
                        TerminalSize = model.HostConfig.ConsoleSize is [var rows, var columns] ? (columns, rows) : (0, 0),
                        ExitFile = _files.ExitFile(model),
                    },
                    cancellation).ConfigureAwait(false);
            }
            catch (DavitException failure)
            {
                throw ExplainExecution(model, failure);
            }
            finally
            {
                await SettleAsync(written, running).ConfigureAwait(false);
            }

            container.Model = starting with { State = starting.State with { Pid = running.Pid, StartedAt = running.StartedAt } };
            container.Running = running;
            Publish(container, "start");
            RefreshLinkers(container);
            _ = WatchAsync(container, running);
            StartHealthProbes(container);
            ForwardLog(container, running.Exited);
        }
        catch
        {
            foreach (var streams in attachments) await streams.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the record is written; a container that could not be recorded does not run.</summary>
    private static async Task SettleAsync(Task written, IRunningContainer? running)
    {
        try
        {
            await written.ConfigureAwait(false);
        }
        catch when (running is not null)
        {
            await running.SignalAsync(StopSignals.Kill, all: true, CancellationToken.None).ConfigureAwait(false);
            await running.Exited.ConfigureAwait(false);
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Records why a start failed, and takes back what it had.</summary>
    private async Task<DavitException> FailStartAsync(Container container, Exception error)
    {
        await _services.Networks.ReleaseAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        var failure = error as DavitException ?? new DavitException(error is OperationCanceledException ? ErrorKind.Canceled : ErrorKind.Internal, error.Message, inner: error);
        var exitCode = StartFailure.ExitCode(failure.Message);
        var state = container.Model.State;
        await SetAsync(container, container.Model with { State = state with { Running = false, Restarting = false, Pid = 0, ExitCode = exitCode, Error = failure.Message, Health = null } }, CancellationToken.None).ConfigureAwait(false);
        container.SignalExit();
        return exitCode is 126 or 127 && failure.Kind == ErrorKind.Internal ? new DavitException(ErrorKind.InvalidArgument, failure.Message, failure.Hint, failure) : failure;
    }

    private async Task<NetworkSandbox?> ConnectAsync(Container container, CancellationToken cancellation)
    {
        var (model, host) = (container.Model, container.Model.HostConfig);
        if (host.NetworkMode == "host" || HostConfigValidation.IsContainer(host.NetworkMode)) return null;
        string[] names = [model.Name, model.Id[..12], model.Config.Hostname];
        return await _services.Networks.AttachAsync(
            new SandboxOptions
            {
                ContainerId = model.Id,
                ContainerName = model.Name,
                Endpoints = [.. model.Networks.Select(pair => NetworkPlan.Endpoint(NetworkOf(pair.Key), pair.Value, [.. names.Distinct()]))],
                Ports = PortSpec.Bindings(host, model.Config),
                ResolverPort = ResolverPort(model),
            },
            cancellation).ConfigureAwait(false);
    }

    private NetworkModel NetworkOf(string name)
    {
        try
        {
            return _services.Networks.Resolve(name);
        }
        catch (DavitException error) when (error.Kind == ErrorKind.NotFound)
        {
            throw new DavitException(ErrorKind.NotFound, $"failed to set up container networking: {error.Message}", error.Hint, error);
        }
    }

    private SpecInput SpecInput(ContainerModel model, IReadOnlyList<MountModel> mounts, NetworkSandbox? sandbox, IReadOnlyList<string> linkVariables, UserResolution user)
    {
        var host = model.HostConfig;
        var donor = HostConfigValidation.IsContainer(host.NetworkMode) ? Donor(host.NetworkMode, "network namespace") : null;
        var ipcDonor = HostConfigValidation.IsContainer(host.IpcMode) ? Donor(host.IpcMode, "IPC namespace") : null;
        if (ipcDonor is not null && ipcDonor.Model.HostConfig.IpcMode is not "shareable")
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"cannot join IPC of a container {ipcDonor.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
        }

        var files = donor?.Model ?? model;
        return new SpecInput
        {
            Model = model,
            RootPath = _files.RootPath(model.Id),
            CgroupPath = CgroupOf(model),
            User = user,
            LinkVariables = linkVariables,
            NetworkNamespace = donor is not null ? $"/proc/{donor.Model.State.Pid}/ns/net" : sandbox?.NamespacePath,
            PidDonor = HostConfigValidation.IsContainer(host.PidMode) ? Donor(host.PidMode, "PID namespace").Model.State.Pid : 0,
            IpcDonor = ipcDonor?.Model.State.Pid ?? 0,
            SharedMemory = host.IpcMode switch
            {
                "host" => "/dev/shm",
                "shareable" => SharedMemory.Make(_files.SharedMemory(model.Id), host.ShmSize),
                _ when ipcDonor is not null => _files.SharedMemory(ipcDonor.Id),
                _ => null,
            },
            Hostname = donor?.Model.Config.Hostname ?? model.Config.Hostname,
            Mounts = mounts,
            Files = new Dictionary<string, string>
            {
                ["/etc/resolv.conf"] = _files.ResolvConf(files), ["/etc/hostname"] = _files.Hostname(files), ["/etc/hosts"] = _files.Hosts(files),
            },
            Seccomp = _services.Seccomp,
            DefaultAppArmor = _services.Options.AppArmorProfile,
            Options = _services.Options,
        };
    }

    /// <summary>The running container whose namespace another one joins.</summary>
    private Container Donor(string mode, string what)
    {
        var donor = _table.Find(mode[10..]) ?? throw new DavitException(ErrorKind.NotFound, $"{(what == "network namespace" ? "joining network namespace of container: " : "")}No such container: {mode[10..]}");
        if (!donor.Model.State.Running || donor.Model.State.Pid == 0) throw new DavitException(ErrorKind.Conflict, $"cannot join {what} of a non running container: container {donor.Model.SlashName} is not running");
        return donor;
    }
}
