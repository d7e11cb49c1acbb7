using Davit.Testing;

namespace Davit.Integration.Tests.V2;

/// <summary>One boot of the cgroup v2 guest of <c>eng/peers/v2host</c> with our executables in it, and what <c>guest.sh</c> printed there.</summary>
public sealed class V2Guest : IAsyncLifetime
{
    private static readonly string[] Programs = ["davit", "davitd", "davit-monitor", "davit-oci", "davit-init"];

    /// <summary>What the script printed.</summary>
    public string Output { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var directory = $"/tmp/davit-v2-{Environment.ProcessId}";
        Directory.CreateDirectory(directory + "/bin");
        try
        {
            foreach (var program in Programs) File.Copy(Project.Executable(program), $"{directory}/bin/{program}");
            File.Copy(await BaseImages.RootTarAsync("busybox"), directory + "/busybox.tar.gz");
            File.Copy(Path.Combine(Project.Root, "test/Davit.Integration.Tests/V2/guest.sh"), directory + "/guest.sh");
            var host = Path.Combine(Project.Root, "eng/peers/v2host");
            (await Command.RunAsync(host, ["up"], limit: TimeSpan.FromMinutes(20))).Succeeded();
            var run = await Command.RunAsync(host, ["run", directory + "/guest.sh", "900"], limit: TimeSpan.FromMinutes(16));
            Output = run.Output.Replace("\r", "", StringComparison.Ordinal) + run.Error;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
