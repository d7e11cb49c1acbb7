using Davit.DockerApi.Containers;
using Davit.Monitor.Runner;

namespace Davit.Engine.Exec;

/// <summary>An exec from its creation until its container is gone.</summary>
internal sealed class ExecRecord(string id, string containerId, ExecCreateRequest request)
{
    public string Id { get; } = id;

    public string ContainerId { get; } = containerId;

    public ExecCreateRequest Request { get; } = request;

    public Lock Gate { get; } = new();

    public bool Started { get; set; }

    public IRunningExec? Running { get; set; }

    public int Pid { get; set; }

    public int? ExitCode { get; set; }
}
