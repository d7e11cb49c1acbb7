using Davit.Testing;

namespace Davit.Runtime.Tests.Engines;

/// <summary>The published davit-oci where the peers' engines can execute it, known to Docker as <c>davit</c>, and a busybox image in each engine.</summary>
public sealed class RuntimeInTree : IAsyncLifetime
{
    /// <summary>Name of the image.</summary>
    internal const string Image = "docker.io/davit-test/engines:1";

    private static readonly string Peer = Environment.GetEnvironmentVariable("PEERS_ROOT") ?? "/var/lib/davit-peers";
    private readonly string _directory = Directory.CreateDirectory($"/tmp/davit-engines-{Environment.ProcessId}").FullName;

    private static string DaemonJson => Peer + "/sid/etc/docker/daemon.json";

    /// <summary>Path of the runtime as the engines see it.</summary>
    internal string Runtime => Peers.Inside(_directory + "/davit-oci");

    private string Shared => Peers.Inside(_directory);

    /// <summary>Writes an executable file that the engines can bind into containers.</summary>
    /// <returns>Its directory as the engines see it.</returns>
    internal string Write(string name, string content)
    {
        File.WriteAllText($"{_directory}/{name}", content);
        File.SetUnixFileMode($"{_directory}/{name}", (UnixFileMode)0b111_101_101);
        return Shared;
    }

    public async ValueTask InitializeAsync()
    {
        (await PeersAsync("up")).Succeeded();
        File.Copy(Project.Executable("davit-oci"), _directory + "/davit-oci");
        Directory.CreateDirectory(Path.GetDirectoryName(DaemonJson)!);
        Assert.False(File.Exists(DaemonJson), $"{DaemonJson} is there: another test uses the engine's settings");
        await File.WriteAllTextAsync(DaemonJson, $$"""{ "runtimes": { "davit": { "path": "{{Runtime}}" } } }""");
        await ReloadAsync();
        var root = await File.ReadAllBytesAsync(await BaseImages.RootTarAsync("busybox"));
        foreach (var engine in (string[])["docker", "podman"])
        {
            (await Peers.RunAsync([engine, "import", "-c", "CMD [\"sh\"]", "-c", "ENV PATH=/bin:/usr/bin", "-", Image], root)).Succeeded();
        }

        (await Peers.RunAsync(["docker", "save", "-o", Shared + "/image.tar", Image])).Succeeded();
        (await Peers.RunAsync(["ctr", "image", "import", "--local", Shared + "/image.tar"])).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in (string[])["docker", "podman"]) await Peers.RunAsync([engine, "rmi", "-f", Image]);
        await Peers.RunAsync(["ctr", "image", "rm", Image]);
        File.Delete(DaemonJson);

        // a reload leaves dockerd with the runtime, and without an address for host-gateway
        foreach (var verb in (string[])["down", "up"]) (await PeersAsync(verb)).Succeeded();
        Directory.Delete(_directory, recursive: true);
    }

    private static Task<Command> PeersAsync(string verb) => Command.RunAsync(Path.Combine(Project.Root, "eng/peers/peers"), [verb], limit: TimeSpan.FromMinutes(15));

    // the runtimes are among the few settings that dockerd takes on SIGHUP
    private static async Task ReloadAsync()
    {
        (await Command.RunAsync("sh", ["-c", $"kill -HUP $(cat {Peer}/pids/dockerd)"])).Succeeded();
        (await Peers.RunAsync(["sh", "-c", "for i in $(seq 500); do docker info -f '{{json .Runtimes}}' | grep -q davit-engines && exit; done; exit 1"])).Succeeded();
    }
}
