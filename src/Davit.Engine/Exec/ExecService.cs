using System.Collections.Concurrent;
using System.Security.Cryptography;
using Davit.DockerApi.Containers;
using Davit.Engine.Attach;
using Davit.Engine.Containers;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Exec;

/// <summary>More processes in running containers.</summary>
public sealed class ExecService
{
    /// <summary>Ended ones are remembered for inspect, so many a container.</summary>
    private const int RememberedEnded = 64;

    private readonly ContainerService _containers;
    private readonly ConcurrentDictionary<string, ExecRecord> _records = new(StringComparer.Ordinal);

    /// <summary>Makes the service over the containers.</summary>
    public ExecService(ContainerService containers)
    {
        _containers = containers;
        containers.ShowExecs(RunningIn);
    }

    /// <summary>Prepares an exec.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="DavitException">Conflict: the container does not run or is paused; InvalidArgument: no command.</exception>
    public string Create(string idOrName, ExecCreateRequest request)
    {
        var container = _containers.RequireRunning(idOrName, "exec");
        if (request.Cmd is null or { Count: 0 }) throw new DavitException(ErrorKind.InvalidArgument, "No exec command specified");
        DetachKeys.Parse(request.DetachKeys, "escape");
        if (request.WorkingDir.Length > 0 && !request.WorkingDir.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"the working directory '{request.WorkingDir}' is invalid, it needs to be an absolute path");
        _containers.CheckUser(container, request.User);
        var record = new ExecRecord(RandomNumberGenerator.GetHexString(64, lowercase: true), container.Id, request);
        _records[record.Id] = record;
        Forget(container.Id);
        _containers.PublishExec(container.Id, "exec_create: " + string.Join(' ', request.Cmd), record.Id, null);
        return record.Id;
    }

    /// <summary>Starts it.</summary>
    /// <param name="execId">From <see cref="Create"/>.</param>
    /// <param name="start">Detached or not, and the size of its terminal.</param>
    /// <param name="cancellation">Gives up before it runs.</param>
    /// <exception cref="DavitException">Conflict: started before, or the container does not run any more; else why it did not start, with exit code 126 or 127 for inspect.</exception>
    public async Task<ExecSession> StartAsync(string execId, ExecStartRequest start, CancellationToken cancellation)
    {
        var record = Get(execId);
        var request = record.Request;
        _containers.ExpectStart();
        lock (record.Gate)
        {
            if (record.Running is not null && record.ExitCode is null) throw new DavitException(ErrorKind.Conflict, $"exec command {execId} is already running");
            if (record.Started) throw new DavitException(ErrorKind.Conflict, $"exec command {execId} has already run");
            record.Started = true;
        }

        try
        {
            var container = _containers.RequireRunning(record.ContainerId, "exec");
            var attached = !start.Detach && (request.AttachStdin || request.AttachStdout || request.AttachStderr);
            _containers.PublishExec(container.Id, "exec_start: " + string.Join(' ', request.Cmd!), record.Id, null);
            var size = start.ConsoleSize ?? request.ConsoleSize;
            var running = await container.Running!.ExecAsync(
                new ExecLaunch
                {
                    Id = record.Id,
                    Process = _containers.ExecProcess(container, request),
                    Stdin = attached && request.AttachStdin,
                    Detached = !attached,
                    TerminalSize = size is [var rows, var columns] ? (columns, rows) : (0, 0),
                },
                cancellation).ConfigureAwait(false);
            record.Pid = running.Pid;
            record.Running = running;
            var exited = WatchAsync(record, running);
            var streams = attached ? running.Streams : null;
            if (streams is not null && request.Tty && request.AttachStdin)
            {
                streams = new DetachableStreams(streams, DetachKeys.Parse(request.DetachKeys), () => _containers.PublishExec(record.ContainerId, "exec_detach", record.Id, null));
            }

            return new ExecSession(request.Tty, streams, exited);
        }
        catch (DavitException error)
        {
            record.FailedWith = StartFailure.ExitCode(error.Message) is var code and not 128 ? code : 126;
            throw _containers.ExplainExecution(record.ContainerId, error);
        }
    }

    /// <summary>Everything about an exec.</summary>
    public ExecInspect Inspect(string execId)
    {
        var record = Get(execId);
        var request = record.Request;
        return new ExecInspect
        {
            ID = record.Id,
            Running = record.Running is not null && record.ExitCode is null,
            ExitCode = record.ExitCode,
            ProcessConfig = new()
            {
                Tty = request.Tty, Entrypoint = request.Cmd![0], Arguments = [.. request.Cmd.Skip(1)], Privileged = request.Privileged, User = request.User.Length > 0 ? request.User : null,
            },
            OpenStdin = request.AttachStdin,
            OpenStderr = request.AttachStderr,
            OpenStdout = request.AttachStdout,
            CanRemove = record.ExitCode is not null,
            ContainerID = record.ContainerId,
            DetachKeys = request.DetachKeys,
            Pid = record.Pid,
        };
    }

    /// <summary>Sets the size of its terminal.</summary>
    /// <exception cref="DavitException">Conflict: it does not run.</exception>
    public async Task ResizeAsync(string execId, int rows, int columns, CancellationToken cancellation)
    {
        var record = Get(execId);
        if (record.Running is not { } running || record.ExitCode is not null) throw new DavitException(ErrorKind.Conflict, $"exec {execId} is not running");
        await running.ResizeAsync(columns, rows, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ids of those of a container that have not ended.</summary>
    internal IReadOnlyList<string> RunningIn(string containerId) =>
        [.. _records.Values.Where(record => record.ContainerId == containerId && record.ExitCode is null).Select(record => record.Id)];

    private async Task<int> WatchAsync(ExecRecord record, IRunningExec running)
    {
        var code = await running.Exited.ConfigureAwait(false);
        _containers.PublishExec(record.ContainerId, "exec_die", record.Id, code);
        return code;
    }

    private ExecRecord Get(string id)
    {
        if (_records.TryGetValue(id, out var exact)) return exact;
        var matches = id.Length >= 1 ? _records.Values.Where(record => record.Id.StartsWith(id, StringComparison.Ordinal)).Take(2).ToList() : [];
        return matches.Count == 1 ? matches[0] : throw new DavitException(ErrorKind.NotFound, $"No such exec instance: {id}");
    }

    /// <summary>Drops records of containers that are gone, and the oldest ended ones of this one.</summary>
    private void Forget(string containerId)
    {
        var ended = 0;
        foreach (var record in _records.Values.Reverse())
        {
            if (!_containers.Exists(record.ContainerId) || (record.ContainerId == containerId && record.ExitCode is not null && ++ended > RememberedEnded)) _records.TryRemove(record.Id, out _);
        }
    }
}
