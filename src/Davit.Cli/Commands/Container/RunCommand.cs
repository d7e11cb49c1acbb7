using System.Runtime.InteropServices;
using System.Text.Json;
using Davit.Cli.Commands.Image;
using Davit.Cli.Http;
using Davit.Cli.Options;
using Davit.Cli.Parsing;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary><c>create</c>, <c>run</c> and <c>start</c>.</summary>
internal static class RunCommand
{
    internal static async Task<int> CreateAsync(CliContext context, Arguments arguments)
    {
        CreateContainerRequest request;
        try
        {
            request = ContainerRequest.Build(context, arguments, attachByDefault: true);
        }
        catch (DavitException e)
        {
            throw Exiting(e, 125, "create");
        }

        context.Out.WriteLine(await CreateAsync(context, arguments, request));
        return 0;
    }

    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var detached = arguments.Is("detach");
        if (detached && arguments.Has("attach")) throw new DavitException(ErrorKind.InvalidArgument, "conflicting options: cannot specify both --attach and --detach", "leave out one of them");
        CreateContainerRequest request;
        try
        {
            if (arguments.Is("rm") && arguments.Value("restart") is not (null or "no" or "")) throw new DavitException(ErrorKind.InvalidArgument, "conflicting options: cannot specify both --restart and --rm", "leave out one of them");
            request = ContainerRequest.Build(context, arguments, attachByDefault: true);
        }
        catch (DavitException e)
        {
            throw Exiting(e, 125);
        }

        if (arguments.Is("tty") && arguments.Is("interactive") && !detached && !context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "the input device is not a TTY", "leave out -t when input is not a terminal");
        string id;
        try
        {
            id = await CreateAsync(context, arguments, request);
        }
        catch (DavitException e)
        {
            throw Coded(e);
        }

        if (detached)
        {
            await StartOneAsync(context, id);
            context.Out.WriteLine(id);
            return 0;
        }

        return await RunAttachedAsync(context, arguments, id, request);
    }

    internal static async Task<int> StartAsync(CliContext context, Arguments arguments)
    {
        if (arguments.Is("attach") || arguments.Is("interactive"))
        {
            if (arguments.Words.Count > 1) throw new DavitException(ErrorKind.InvalidArgument, "you cannot start and attach multiple containers at once", "name one");
            var inspect = await context.Engine.JsonAsync("GET", $"/containers/{arguments.Words[0]}/json");
            var config = inspect.GetProperty("Config");
            var request = new CreateContainerRequest { Tty = config.GetProperty("Tty").GetBoolean(), AttachStdin = arguments.Is("interactive") && config.GetProperty("OpenStdin").GetBoolean(), AttachStdout = true, AttachStderr = true, HostConfig = new HostConfig { AutoRemove = inspect.GetProperty("HostConfig").GetProperty("AutoRemove").GetBoolean() } };
            return await RunAttachedAsync(context, arguments, inspect.GetProperty("Id").GetString()!, request);
        }

        return await Each.DoAsync(context, arguments.Words, async name => await context.Engine.DoAsync("POST", $"/containers/{name}/start"), "Error: failed to start containers");
    }

    private static async Task<string> CreateAsync(CliContext context, Arguments arguments, CreateContainerRequest request)
    {
        var policy = arguments.Value("pull") ?? "missing";
        if (policy is not ("always" or "missing" or "never")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid pull option: '{policy}': must be one of \"always\", \"missing\" or \"never\"");
        if (arguments.Value("cidfile") is { } cid && File.Exists(cid)) throw new DavitException(ErrorKind.AlreadyExists, $"container ID file found, make sure the other container isn't running or delete {cid}", "name another file");
        var platform = arguments.Value("platform") ?? Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM");
        ImageNames.Check(request.Image);
        if (policy == "always") await PullCommand.PullAsync(context, request.Image, platform, arguments.Is("quiet"), context.Error);
        var query = Query.Of(("name", arguments.Value("name")), ("platform", platform));
        EngineResponse response;
        try
        {
            response = await context.Engine.PostAsync("/containers/create" + query, request, DockerApiJson.Default.CreateContainerRequest);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && policy == "missing" && e.Message.Contains("No such image", StringComparison.OrdinalIgnoreCase))
        {
            context.Error.WriteLine($"Unable to find image '{PullCommand.WithTag(request.Image)}' locally");
            await PullCommand.PullAsync(context, request.Image, platform, arguments.Is("quiet"), context.Error);
            response = await context.Engine.PostAsync("/containers/create" + query, request, DockerApiJson.Default.CreateContainerRequest);
        }

        using (response)
        {
            var created = EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
            if (created.TryGetProperty("Warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array)
            {
                foreach (var warning in warnings.EnumerateArray()) context.Error.WriteLine("WARNING: " + warning.GetString());
            }

            var id = created.GetProperty("Id").GetString()!;
            if (arguments.Value("cidfile") is { } file) await File.WriteAllTextAsync(file, id);
            return id;
        }
    }

    private static async Task<int> RunAttachedAsync(CliContext context, Arguments arguments, string id, CreateContainerRequest request)
    {
        var autoRemove = request.HostConfig?.AutoRemove == true;
        using var waiter = context.NewEngine();
        HijackedConnection? connection = null;
        try
        {
            var pump = Task.FromResult(false);
            if (request.AttachStdin || request.AttachStdout || request.AttachStderr)
            {
                connection = await context.Engine.HijackAsync($"/containers/{id}/attach?stream=1&stdin={Flag(request.AttachStdin)}&stdout={Flag(request.AttachStdout)}&stderr={Flag(request.AttachStderr)}{KeysQuery(context, arguments)}", [], CancellationToken.None);
            }

            var wait = await BeginWaitAsync(waiter, id, autoRemove ? "removed" : "next-exit");
            using var signals = request.Tty || (arguments.Has("sig-proxy") && !arguments.Is("sig-proxy")) ? null : new SignalProxy(context, id);
            if (connection is not null) pump = Attachment.PumpAsync(context, connection, request.AttachStdin, request.Tty, null, Keys(context, arguments), CancellationToken.None);
            try
            {
                await StartOneAsync(context, id);
            }
            catch (DavitException e)
            {
                if (request.Tty && request.AttachStdin) Terminals.Terminal.Restore();
                throw Coded(e);
            }

            PosixSignalRegistration? window = null;
            if (request.Tty && context.OutIsTerminal)
            {
                await Attachment.ResizeAsync(context, $"/containers/{id}/resize");
                window = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Attachment.ResizeAsync(context, $"/containers/{id}/resize").GetAwaiter().GetResult());
            }

            var detached = await pump;
            window?.Dispose();
            return detached ? 0 : await wait;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static string Flag(bool on) => on ? "1" : "0";

    /// <summary>Keys that detach, by flag or configuration; null for the default.</summary>
    internal static string? Keys(CliContext context, Arguments arguments) => arguments.Value("detach-keys") ?? context.Config.Text("detachKeys");

    internal static string KeysQuery(CliContext context, Arguments arguments) => Keys(context, arguments) is { } keys ? "&detachKeys=" + Uri.EscapeDataString(keys) : "";

    private static async Task StartOneAsync(CliContext context, string id)
    {
        try
        {
            await context.Engine.DoAsync("POST", $"/containers/{id}/start");
        }
        catch (DavitException e)
        {
            throw Coded(e);
        }
    }

    /// <summary>125 for the engine's own failures, 127 and 126 for what is not there or may not be used: docker's client tells them by these words.</summary>
    private static DavitException Coded(DavitException error)
    {
        bool Says(string text) => error.Message.Contains(text, StringComparison.Ordinal);
        return Exiting(error, Says("executable file not found") || Says("no such file or directory") ? 127 : Says("permission denied") || Says("is a directory") ? 126 : 125);
    }

    private static DavitException Exiting(DavitException error, int code, string command = "run") => error.Data["ExitCode"] is not null
        ? error
        : new DavitException(error.Kind, "davit: " + error.Message, error.Hint, error) { Data = { ["ExitCode"] = code, ["Help"] = "davit " + command } };

    internal static async Task<int> WaitAsync(EngineClient engine, string id, string condition) => await await BeginWaitAsync(engine, id, condition);

    /// <summary>Registers at the engine before it returns; the inner task has the exit code.</summary>
    private static async Task<Task<int>> BeginWaitAsync(EngineClient engine, string id, string condition)
    {
        var response = await engine.RequestAsync("POST", $"/containers/{id}/wait?condition={condition}");
        return Finish();

        async Task<int> Finish()
        {
            using (response)
            {
                var result = EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
                return result.ValueKind == JsonValueKind.Object && result.TryGetProperty("StatusCode", out var code) ? code.GetInt32() : 125;
            }
        }
    }
}
