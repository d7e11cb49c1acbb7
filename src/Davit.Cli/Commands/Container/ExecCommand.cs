using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Options;
using Davit.Cli.Parsing;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary><c>exec</c>.</summary>
internal static class ExecCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var (detached, tty, stdin) = (arguments.Is("detach"), arguments.Is("tty"), arguments.Is("interactive"));
        if (tty && stdin && !detached && !context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "the input device is not a TTY", "leave out -t when input is not a terminal");
        var environment = Files.Environment(arguments, new Dictionary<string, string>());
        var keys = RunCommand.Keys(context, arguments);
        var request = new ExecCreateRequest
        {
            User = arguments.Value("user") ?? "", Privileged = arguments.Is("privileged"), Tty = tty, AttachStdin = stdin && !detached, AttachStdout = !detached, AttachStderr = !detached,
            DetachKeys = keys ?? "", Env = environment.Count > 0 ? environment : null, WorkingDir = arguments.Value("workdir") ?? "", Cmd = StringList.From([.. arguments.Words.Skip(1)]),
        };
        string id;
        using (var created = await context.Engine.PostAsync($"/containers/{arguments.Words[0]}/exec", request, DockerApiJson.Default.ExecCreateRequest))
        {
            id = EngineClient.Parse(await created.BytesAsync(CancellationToken.None)).GetProperty("Id").GetString()!;
        }

        var start = JsonSerializer.SerializeToUtf8Bytes(new ExecStartRequest { Detach = detached, Tty = tty, ConsoleSize = tty && Terminals.Terminal.Size() is { } size ? [size.Rows, size.Columns] : null }, DockerApiJson.Default.ExecStartRequest);
        if (detached)
        {
            using var response = await context.Engine.RequestAsync("POST", $"/exec/{id}/start", new MemoryStream(start), "application/json");
            await response.BytesAsync(CancellationToken.None);
            return 0;
        }

        try
        {
            using var connection = await context.Engine.HijackAsync($"/exec/{id}/start", start, CancellationToken.None);
            if (await Attachment.PumpAsync(context, connection, stdin, tty, tty && context.OutIsTerminal ? $"/exec/{id}/resize" : null, keys, CancellationToken.None)) return 0;
        }
        catch (DavitException e) when (e.Message.Contains("exec: ", StringComparison.Ordinal))
        {
            throw new DavitException(e.Kind, e.Message, e.Hint, e) { Data = { ["ExitCode"] = e.Message.Contains("permission denied", StringComparison.Ordinal) ? 126 : 127 } };
        }

        return (await context.Engine.JsonAsync("GET", $"/exec/{id}/json")).GetProperty("ExitCode") is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() : 0;
    }
}
