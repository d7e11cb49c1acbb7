using System.Globalization;
using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile.Instructions;

/// <content>RUN and its mounts.</content>
internal sealed partial class InstructionParser
{
    private RunInstruction ParseRun(SyntaxNode node)
    {
        var flags = Flags(node, "mount*", "network", "security", "device*");
        if (flags.Get("security") is { } security and not "sandbox")
        {
            throw Fail(node, $"the --security={security} option of RUN is not allowed: steps always run in the sandbox", "--security");
        }

        if (flags.All("device").Count > 0) throw Fail(node, "the --device option of RUN is not supported: steps get no devices of the host", "--device");
        var network = flags.Get("network");
        if (network is not (null or "default" or "none" or "host"))
        {
            throw Fail(node, $"invalid network mode: \"{network}\"{Suggestion.For(network, ["default", "none", "host"])}", network);
        }

        if (node.Rest.Length == 0) throw Fail(node, "RUN requires at least one argument");
        var command = CommandOf(node, node.Rest);
        if (command.Words.Count == 0) throw Fail(node, "RUN requires at least one argument", node.Rest);
        return new RunInstruction(command)
        {
            Original = node.Original,
            Range = node.Range,
            Mounts = [.. flags.All("mount").Select(m => ParseMount(node, m))],
            Network = network,
        };
    }

    private RunMount ParseMount(SyntaxNode node, string text)
    {
        var fields = text.Split(',').Select(f => f.Split('=', 2)).Select(p => (Key: p[0].Trim().ToLowerInvariant(), Value: p.Length == 2 ? p[1] : null)).ToList();
        var type = fields.Where(f => f.Key == "type").Select(f => f.Value).FirstOrDefault() ?? "bind";
        var kind = type switch
        {
            "bind" => RunMountKind.Bind,
            "cache" => RunMountKind.Cache,
            "tmpfs" => RunMountKind.Tmpfs,
            "secret" => RunMountKind.Secret,
            "ssh" => RunMountKind.Ssh,
            _ => throw Fail(node, $"unsupported mount type \"{type}\"{Suggestion.For(type, ["bind", "cache", "tmpfs", "secret", "ssh"])}", type),
        };
        var mount = new RunMount { Kind = kind, Target = "", ReadOnly = kind == RunMountKind.Bind };
        foreach (var (key, value) in fields) mount = WithField(node, mount, type, key, value);
        if (mount.Kind is RunMountKind.Secret && mount is { Target: "", CacheId: null }) throw Fail(node, $"invalid mount \"{text}\": a secret needs an id or a target", text);
        return mount.Target.Length > 0 || mount.Kind is RunMountKind.Secret or RunMountKind.Ssh ? mount : throw Fail(node, $"invalid mount \"{text}\": target is required", text);
    }

    private RunMount WithField(SyntaxNode node, RunMount mount, string type, string key, string? value)
    {
        var isCache = mount.Kind == RunMountKind.Cache;
        var isClients = mount.Kind is RunMountKind.Secret or RunMountKind.Ssh;
        switch (key)
        {
            case "required" when isClients:
                return mount with { Required = Flag(node, key, value) };
            case "readonly" or "ro" when mount.Kind is RunMountKind.Bind or RunMountKind.Cache:
                return mount with { ReadOnly = Flag(node, key, value) };
            case "readwrite" or "rw" when mount.Kind is RunMountKind.Bind or RunMountKind.Cache:
                return mount with { ReadOnly = !Flag(node, key, value) };
        }

        if (value is null) throw Fail(node, $"invalid field '{key}' must be a key=value pair", key);
        return key switch
        {
            "type" => mount,
            "target" or "dst" or "destination" => mount with { Target = value },
            "source" or "src" when mount.Kind is RunMountKind.Bind or RunMountKind.Cache => mount with { Source = value },
            "from" when mount.Kind is RunMountKind.Bind or RunMountKind.Cache => mount with { From = value },
            "env" when mount.Kind == RunMountKind.Secret => mount,
            "id" when isCache || isClients => mount with { CacheId = value },
            "sharing" when isCache => mount with
            {
                Sharing = value.ToLowerInvariant() is "shared" or "private" or "locked" ? value.ToLowerInvariant() : throw Fail(node, $"unsupported sharing value \"{value}\"", value),
            },
            "mode" when isCache || isClients => mount with { Mode = Octal(node, value) },
            "uid" when isCache || isClients => mount with { Uid = Number(node, key, value) },
            "gid" when isCache || isClients => mount with { Gid = Number(node, key, value) },
            "size" when mount.Kind == RunMountKind.Tmpfs => mount with { Size = Bytes(node, value) },
            _ => throw Fail(node, $"unexpected key '{key}' for mount type '{type}'", key),
        };
    }

    private bool Flag(SyntaxNode node, string key, string? value) => (value ?? "true").ToLowerInvariant() switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw Fail(node, $"invalid value for {key}: {value}", value),
    };

    private uint Number(SyntaxNode node, string key, string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Fail(node, $"invalid value for {key}: {value}", value);

    private uint Octal(SyntaxNode node, string value) =>
        value.Length is > 0 and <= 5 && value.All(c => c is >= '0' and <= '7') ? Convert.ToUInt32(value, 8) & 0xFFF : throw Fail(node, $"invalid value for mode: {value}", value);

    private long Bytes(SyntaxNode node, string value)
    {
        var text = value.ToLowerInvariant().TrimEnd('b');
        var shift = text.Length == 0 ? 0 : text[^1] switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        if (shift > 0) text = text[..^1];
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift
            ? number << shift : throw Fail(node, $"invalid value for size: {value}", value);
    }
}
