using Davit.DockerApi.Containers;
using Davit.Monitor.Runner;

namespace Davit.Engine.Exec;

/// <summary>An exec from its creation until its container is gone.</summary>
internal sealed class ExecRecord(string id, string containerId, ExecCreateRequest request)
{
    /// <summary>Told of one whose connection was given up.</summary>
    private const int Lost = 137;

    public string Id { get; } = id;

    public string ContainerId { get; } = containerId;

    public ExecCreateRequest Request { get; } = request;

    public Lock Gate { get; } = new();

    public bool Started { get; set; }

    public IRunningExec? Running { get; set; }

    public int Pid { get; set; }

    /// <summary>126 or 127 of one that could not be started.</summary>
    public int? FailedWith { get; set; }

    /// <summary>Null until it has ended. Known at the latest when its output ends: clients ask for it right then.</summary>
    public int? ExitCode => FailedWith ?? (Running?.Exited is { IsCompleted: true } exited ? exited.IsCompletedSuccessfully ? exited.GetAwaiter().GetResult() : Lost : null);
}
