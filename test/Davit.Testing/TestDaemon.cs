using System.Diagnostics;
using System.Net.Sockets;

namespace Davit.Testing;

/// <summary>
/// A davitd of one test class: own state, sockets, bridge, interface prefix, firewall table, subnet and cgroup parent. Disposing removes its
/// containers, ends it and proves that nothing is left on the machine.
/// </summary>
public sealed class TestDaemon : IAsyncDisposable
{
    private static int _next = Random.Shared.Next(0, 200);
    private readonly string[] _extra;
    private Process? _process;

    private TestDaemon(string[] extra)
    {
        _extra = extra;
        var number = Interlocked.Increment(ref _next) % 200;
        Name = $"t{Environment.ProcessId % 256:x2}{number:x2}";
        Directory = $"/tmp/davit-{Name}";
        Pool = $"10.{number + 20}.0.0/16";
    }

    /// <summary>Name of the instance.</summary>
    public string Name { get; }

    /// <summary>Prefix of its interfaces: as short as the kernel wants it, and no other daemon's.</summary>
    public string Prefix => "t" + Name[^4..];

    /// <summary>Everything on disk lies below.</summary>
    public string Directory { get; }

    /// <summary>Subnets of its networks come from here.</summary>
    public string Pool { get; }

    /// <summary>The API socket.</summary>
    public string Socket => Directory + "/davit.sock";

    /// <summary>State directory.</summary>
    public string DataRoot => Directory + "/data";

    /// <summary>Run-time directory.</summary>
    public string RunRoot => Directory + "/run";

    /// <summary>Process id of davitd.</summary>
    public int Pid => _process?.Id ?? throw new InvalidOperationException("the daemon is not running");

    /// <summary>What davitd printed so far.</summary>
    public string Log => File.ReadAllText(Directory + "/davitd.log");

    /// <summary>True when the tests are run against the real Docker of the peers' tree (<c>DAVIT_TEST_PEER=1</c>), to test the tests.</summary>
    public static bool IsPeer { get; } = Environment.GetEnvironmentVariable("DAVIT_TEST_PEER") == "1";

    /// <summary>Starts a daemon.</summary>
    /// <param name="extra">More flags for davitd.</param>
    public static async Task<TestDaemon> StartAsync(params string[] extra)
    {
        var daemon = new TestDaemon(extra);
        System.IO.Directory.CreateDirectory(daemon.Directory);
        if (!IsPeer) await daemon.LaunchAsync();
        return daemon;
    }

    /// <summary>Starts davitd again after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task LaunchAsync()
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = "/" };
        string[] arguments =
        [
            "sh", "-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", Project.Executable("davitd"),
            "--instance", Name, "--data-root", DataRoot, "--exec-root", RunRoot, "-H", "unix://" + Socket, "--bridge", Prefix + "-b0",
            "--interface-prefix", Prefix, "--firewall-table", "davit-" + Name, "--cgroup-parent", "davit-" + Name,
            "--default-address-pool", $"base={Pool},size=24", "--pidfile", Directory + "/davitd.pid", .. _extra,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LOG"] = Directory + "/davitd.log";
        _process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.AnswersAsync(Socket, () => Log, patience.Token);
    }

    /// <summary>Ends davitd with SIGKILL; containers go on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends davitd with SIGTERM; containers go on.</summary>
    public async Task StopAsync()
    {
        (await Command.RunAsync("kill", ["-TERM", $"{Pid}"])).Succeeded();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process!.WaitForExitAsync(patience.Token);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs the unmodified docker client against this daemon.</summary>
    public Task<Command> DockerAsync(params string[] arguments) => DockerAsync(arguments, null);

    /// <summary>Runs the unmodified docker client against this daemon, with input.</summary>
    public Task<Command> DockerAsync(string[] arguments, byte[]? input, TimeSpan? limit = null) =>
        Peers.RunAsync(["env", "DOCKER_BUILDKIT=0", "HOME=/share" + Directory[4..], "docker", "-H", IsPeer ? "unix:///var/run/docker.sock" : "unix://" + Peers.Inside(Socket), .. arguments], input, null, limit);

    /// <summary>Runs a shell script in which <c>docker</c> is the unmodified client against this daemon; for pipes and terminals.</summary>
    public Task<Command> ScriptAsync(string script, TimeSpan? limit = null) => Peers.RunAsync(
        ["env", "DOCKER_BUILDKIT=0", "HOME=/share" + Directory[4..], "DOCKER_HOST=" + (IsPeer ? "unix:///var/run/docker.sock" : "unix://" + Peers.Inside(Socket)), "bash", "-c", script], null, null, limit);

    /// <summary>Runs our own client against this daemon.</summary>
    public Task<Command> DavitAsync(params string[] arguments) => DavitAsync(arguments, null);

    /// <summary>Runs our own client against this daemon, with input.</summary>
    public Task<Command> DavitAsync(string[] arguments, byte[]? input) =>
        Command.RunAsync(Project.Executable("davit"), ["-H", "unix://" + Socket, .. arguments], input, new Dictionary<string, string?> { ["HOME"] = Directory });

    /// <summary>One raw request over the socket with curl.</summary>
    public Task<Command> CurlAsync(string path, params string[] options) => Command.RunAsync("curl", ["-s", "--unix-socket", Socket, .. options, "http://davit" + path]);

    /// <summary>Makes the image <c>busybox:latest</c> from the stand-in base image.</summary>
    public async Task<TestDaemon> WithBusyboxAsync()
    {
        var layer = await File.ReadAllBytesAsync(await BaseImages.RootTarAsync("busybox"));
        (await DockerAsync(["import", "-c", "CMD [\"sh\"]", "-c", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "-", "busybox:latest"], layer)).Succeeded();
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsPeer)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
            return;
        }

        if (_process is null) await LaunchAsync();
        try
        {
            // by our own client: the peers may be gone, and the daemon must not stay for that
            var ids = (await DavitAsync("ps", "-aq")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (ids.Length > 0) (await DavitAsync(["rm", "-fv", .. ids])).Succeeded();
            await DavitAsync("network", "prune", "-f");
        }
        finally
        {
            await StopAsync();
        }

        var cleanup = await Command.RunAsync(Project.Executable("davitd"),
            ["--instance", Name, "--data-root", DataRoot, "--exec-root", RunRoot, "--bridge", Prefix + "-b0", "--interface-prefix", Prefix, "--firewall-table", "davit-" + Name, "--cgroup-parent", "davit-" + Name, "--remove-everything"]);
        var log = Log;
        var left = await Leftovers.FindAsync(this);
        if (left.Count == 0 && cleanup.ExitCode == 0) System.IO.Directory.Delete(Directory, recursive: true);
        if (cleanup.ExitCode != 0 || left.Count > 0)
        {
            throw new InvalidOperationException($"the daemon {Name} left behind:\n  {string.Join("\n  ", left)}\nclean-up: {cleanup}\nits log:\n{log}");
        }
    }
}
