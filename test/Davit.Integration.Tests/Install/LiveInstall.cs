using Davit.Testing;

namespace Davit.Integration.Tests.Install;

/// <summary>One installation on a machine that is thrown away afterwards, and what <c>live.sh</c> printed there.</summary>
public sealed class LiveInstall : IAsyncLifetime
{
    /// <summary>What the script printed.</summary>
    public string Output { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var script = Path.Combine(Project.Root, "test/Davit.Integration.Tests/Install/live.sh");
        var run = await Command.RunAsync("unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", script, Project.Root], limit: TimeSpan.FromMinutes(4));
        Output = run.Output + run.Error;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
