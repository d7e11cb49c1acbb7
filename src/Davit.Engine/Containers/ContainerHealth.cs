using System.Text;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;
using Davit.Linux.Processes;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    private const int RememberedProbes = 5;
    private const int MaxProbeOutput = 4096;

    private static HealthModel? StartingHealth(HealthConfig? check) => HasCheck(check) ? new HealthModel() : null;

    private static bool HasCheck(HealthConfig? check) => check?.Test is ["CMD" or "CMD-SHELL", _, ..];

    private void StartHealthProbes(Container container)
    {
        if (!HasCheck(container.Model.Config.Healthcheck)) return;
        if (container.Model.State.Health is null) container.Model = container.Model with { State = container.Model.State with { Health = new HealthModel() } };
        var probes = container.HealthProbes = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _ = ProbeAsync(container, container.Running!, probes.Token);
    }

    private static void StopHealthProbes(Container container)
    {
        container.HealthProbes?.Cancel();
        container.HealthProbes?.Dispose();
        container.HealthProbes = null;
    }

    private async Task ProbeAsync(Container container, IRunningContainer running, CancellationToken cancellation)
    {
        var check = container.Model.Config.Healthcheck!;
        var interval = Or(check.Interval, TimeSpan.FromSeconds(30));
        var startPeriod = Or(check.StartPeriod, TimeSpan.Zero);
        var startInterval = Or(check.StartInterval, TimeSpan.FromSeconds(5));
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var starting = container.Model.State.Health?.Status == "starting" && _services.Time.GetUtcNow() - running.StartedAt < startPeriod;
                await Task.Delay(starting ? startInterval : interval, _services.Time, cancellation).ConfigureAwait(false);
                if (container.Model.State.Paused) continue;
                var probe = await ProbeOnceAsync(container, running, check, cancellation).ConfigureAwait(false);
                using (await container.EnterAsync(cancellation).ConfigureAwait(false))
                {
                    if (ReferenceEquals(container.Running, running)) Record(container, running, check, probe, startPeriod);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the run has ended
        }
    }

    private async Task<ProbeModel> ProbeOnceAsync(Container container, IRunningContainer running, HealthConfig check, CancellationToken cancellation)
    {
        var start = _services.Time.GetUtcNow();
        var timeout = Or(check.Timeout, TimeSpan.FromSeconds(30));
        var shell = container.Model.Config.Shell is { Count: > 0 } own ? own : ["/bin/sh", "-c"];
        var request = new ExecCreateRequest { Cmd = check.Test![0] == "CMD" ? [.. check.Test.Skip(1)] : [.. shell, check.Test[1]], AttachStdout = true, AttachStderr = true };
        try
        {
            var exec = await running.ExecAsync(new ExecLaunch { Id = Guid.NewGuid().ToString("N"), Process = ExecProcess(container, request) }, cancellation).ConfigureAwait(false);
            await using (exec.ConfigureAwait(false))
            {
                using var limit = new CancellationTokenSource(timeout, _services.Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
                var output = new StringBuilder();
                try
                {
                    await CollectAsync(exec, output, either.Token).ConfigureAwait(false);
                    var code = await exec.Exited.WaitAsync(either.Token).ConfigureAwait(false);
                    return new ProbeModel(start, _services.Time.GetUtcNow(), code, output.ToString());
                }
                catch (OperationCanceledException)
                {
                    if (exec.Pid > 0) ProcessSignal.Send(exec.Pid, StopSignals.Kill);
                    cancellation.ThrowIfCancellationRequested();
                    return new ProbeModel(start, _services.Time.GetUtcNow(), -1, $"Health check exceeded timeout ({check.Timeout / 1_000_000}ms)" + (output.Length > 0 ? $": {output}" : ""));
                }
            }
        }
        catch (DavitException error)
        {
            return new ProbeModel(start, _services.Time.GetUtcNow(), -1, error.Message);
        }
    }

    private static async Task CollectAsync(IRunningExec exec, StringBuilder output, CancellationToken cancellation)
    {
        if (exec.Streams is not { } streams) return;
        var buffer = new byte[4096];
        while ((await streams.ReadAsync(buffer, cancellation).ConfigureAwait(false)).Count is var count and > 0)
        {
            var room = MaxProbeOutput - output.Length;
            if (room > 0) output.Append(Encoding.UTF8.GetString(buffer, 0, Math.Min(count, room)));
        }
    }

    private void Record(Container container, IRunningContainer running, HealthConfig check, ProbeModel probe, TimeSpan startPeriod)
    {
        var health = container.Model.State.Health ?? new HealthModel();
        var retries = check.Retries > 0 ? check.Retries : 3;
        var inStartPeriod = probe.Start - running.StartedAt < startPeriod;
        var healthy = probe.ExitCode == 0;
        var streak = healthy ? 0 : health.Status == "starting" && inStartPeriod ? health.FailingStreak : health.FailingStreak + 1;
        var status = healthy ? "healthy" : streak >= retries ? "unhealthy" : health.Status;
        var log = health.Log.Append(probe).TakeLast(RememberedProbes).ToList();
        container.Model = container.Model with { State = container.Model.State with { Health = new HealthModel { Status = status, FailingStreak = streak, Log = log } } };
        if (status != health.Status) Publish(container, "health_status: " + status);
    }

    private static TimeSpan Or(long nanoseconds, TimeSpan otherwise) => nanoseconds > 0 ? TimeSpan.FromTicks(nanoseconds / 100) : otherwise;
}
