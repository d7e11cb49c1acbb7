namespace Davit.Testing;

/// <summary>Programs of the peers' tree (<c>eng/peers</c>): the real docker client, skopeo, podman and more. Inside it the host's /tmp is /share.</summary>
public static class Peers
{
    private static readonly Lazy<string> RootPid = new(() =>
    {
        var pid = File.ReadAllText(Path.Combine(Environment.GetEnvironmentVariable("PEERS_ROOT") ?? "/var/lib/davit-peers", "pids/root")).Trim();
        return Directory.Exists($"/proc/{pid}") ? pid : throw new InvalidOperationException("the peers' tree is not up: eng/peers/peers tree");
    });

    /// <summary>Runs a program of the tree.</summary>
    public static Task<Command> RunAsync(IEnumerable<string> command, byte[]? input = null, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? limit = null) =>
        Command.RunAsync("nsenter", Prefix.Concat(command), input, environment, limit);

    /// <summary>Arguments of <c>nsenter</c> that come before a command of the tree.</summary>
    public static IEnumerable<string> Prefix => ["-t", RootPid.Value, "-m", "-r", "-w"];

    /// <summary>A path under the host's /tmp as programs of the tree see it.</summary>
    public static string Inside(string path) => path.StartsWith("/tmp/", StringComparison.Ordinal) ? "/share" + path[4..] : throw new ArgumentException($"{path} does not lie under /tmp");
}
