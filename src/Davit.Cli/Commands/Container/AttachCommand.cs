using Davit.Cli.Http;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary><c>attach</c>.</summary>
internal static class AttachCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var name = arguments.Words[0];
        var inspect = await context.Engine.JsonAsync("GET", $"/containers/{name}/json");
        var state = inspect.GetProperty("State");
        if (!state.GetProperty("Running").GetBoolean()) throw new DavitException(ErrorKind.Conflict, "cannot attach to a stopped container, start it first", $"davit start -ai {name}");
        if (state.GetProperty("Paused").GetBoolean()) throw new DavitException(ErrorKind.Conflict, "cannot attach to a paused container, unpause it first", $"davit unpause {name}");
        var config = inspect.GetProperty("Config");
        var stdin = !arguments.Is("no-stdin") && config.GetProperty("OpenStdin").GetBoolean();
        var id = inspect.GetProperty("Id").GetString()!;
        using var waiter = context.NewEngine();
        var wait = RunCommand.WaitAsync(waiter, id, "not-running");
        using var connection = await context.Engine.HijackAsync($"/containers/{id}/attach?stream=1&stdin={(stdin ? 1 : 0)}&stdout=1&stderr=1{RunCommand.KeysQuery(context, arguments)}", [], CancellationToken.None);
        using var signals = config.GetProperty("Tty").GetBoolean() || arguments.Has("sig-proxy") && !arguments.Is("sig-proxy") ? null : new SignalProxy(context, id);
        var detached = await Attachment.PumpAsync(context, connection, stdin, config.GetProperty("Tty").GetBoolean(), $"/containers/{id}/resize", RunCommand.Keys(context, arguments), CancellationToken.None);
        return detached ? 0 : await wait;
    }
}
