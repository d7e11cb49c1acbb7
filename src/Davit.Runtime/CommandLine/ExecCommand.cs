using System.Globalization;
using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>exec</c> command.</summary>
internal static class ExecCommand
{
    internal static int Run(OciContainers containers, OptionSet options)
    {
        var id = options.Rest[0];
        var state = containers.Directory.Read(id);
        var request = new CreateRequest
        {
            Id = id,
            ConsoleSocket = options.Value("console-socket"),
            PidFile = options.Value("pid-file"),
            PidFdSocket = options.Value("pidfd-socket"),
            Cgroup = ReadCgroup(options.Values("cgroup")),
            PreserveDescriptors = options.Count("preserve-fds") ?? 0,
            NoNewKeyring = options.Has("no-new-keyring"),
            Detach = options.Has("detach"),
        };
        var process = options.Value("process") is { } file ? ReadProcess(file) : Make(options, state);
        if (!request.Detach) ForegroundProcess.Expect();
        var started = containers.Exec(id, process, request, options.Has("ignore-paused"));
        return request.Detach ? 0 : OciCommands.Finish(started);
    }

    private static ProcessSpec ReadProcess(string path)
    {
        try
        {
            return SpecDocument.ReadProcess(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{path}: {e.Message}", inner: e);
        }
    }

    private static ProcessSpec Make(OptionSet options, StateRecord state)
    {
        if (options.Rest.Count < 2) throw new DavitException(ErrorKind.InvalidArgument, "process args cannot be empty");
        var process = (state.Spec.Process ?? new()) with { Args = [.. options.Rest.Skip(1)], Terminal = options.Has("tty"), ConsoleSize = null };
        process = process with { Env = [.. process.Env ?? [], .. options.Values("env")] };
        if (options.Value("cwd") is { } cwd) process = process with { Cwd = cwd };
        if (options.Has("no-new-privs")) process = process with { NoNewPrivileges = true };
        if (options.Value("apparmor") is { } profile) process = process with { ApparmorProfile = profile };
        if (options.Value("process-label") is { } label) process = process with { SelinuxLabel = label };
        if (options.Value("user") is { } user) process = process with { User = ReadUser(user) };
        if (options.Values("additional-gids") is { Count: > 0 } groups) process = process with { User = (process.User ?? new()) with { AdditionalGids = [.. groups.Select(Number)] } };
        if (options.Values("cap") is not { Count: > 0 } more) return process;
        var sets = process.Capabilities ?? new();
        return process with { Capabilities = sets with { Bounding = Add(sets.Bounding, more), Effective = Add(sets.Effective, more), Permitted = Add(sets.Permitted, more) } };
    }

    private static List<string> Add(IReadOnlyList<string>? set, IReadOnlyList<string> more) => [.. (set ?? []).Union(more)];

    /// <summary><c>[controller,…:]path</c> each; without controllers the path counts for all.</summary>
    private static Dictionary<string, string> ReadCgroup(IReadOnlyList<string> values)
    {
        var below = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var colon = value.IndexOf(':');
            var path = value[(colon + 1)..].Trim('/');
            if (path.Split('/').Contains("..")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid --cgroup argument: {value}", "name a cgroup below the container's");
            foreach (var controller in colon < 0 ? [""] : value[..colon].Split(','))
            {
                if (!below.TryAdd(controller, path)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid --cgroup argument: {value}: duplicate controller", "give each once");
            }
        }

        return below;
    }

    private static UserSpec ReadUser(string text)
    {
        var colon = text.IndexOf(':');
        return new() { Uid = Number(colon < 0 ? text : text[..colon]), Gid = colon < 0 ? 0 : Number(text[(colon + 1)..]) };
    }

    private static uint Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new DavitException(ErrorKind.InvalidArgument, $"parsing {text} as int: invalid syntax", "exec takes numbers for users and groups");
}
