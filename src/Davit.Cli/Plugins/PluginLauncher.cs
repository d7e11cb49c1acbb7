using Davit.Cli.Http;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli.Plugins;

/// <summary>Becomes a CLI plugin: the same words, and an environment that leads it to the engine that we would have asked.</summary>
internal static class PluginLauncher
{
    /// <summary>Replaces this process by the plugin.</summary>
    /// <exception cref="DavitException">It can't be executed.</exception>
    internal static async Task<int> RunAsync(string program, IReadOnlyList<string> words, EngineEndpoint endpoint, TextWriter error)
    {
        if (endpoint.IsDefault && !await AnswersAsync(endpoint)) await DaemonStarter.StartAsync(endpoint, error, TimeProvider.System);
        Dictionary<string, string> more = new(StringComparer.Ordinal) { ["DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"] = Environment.ProcessPath ?? "davit" };

        // a plugin knows docker's default address and docker's variable, not ours
        if (endpoint.IsDefault || Environment.GetEnvironmentVariable("DAVIT_HOST") is { Length: > 0 }) more["DOCKER_HOST"] = endpoint.Text;
        var errno = HelperProgram.Become(program, words, more);
        throw new DavitException(ErrorKind.Forbidden, $"{program} can't be executed: error {errno}", "check its mode, or remove it");
    }

    private static async Task<bool> AnswersAsync(EngineEndpoint endpoint)
    {
        try
        {
            var (_, stream) = await endpoint.ConnectAsync(CancellationToken.None);
            await stream.DisposeAsync();
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
