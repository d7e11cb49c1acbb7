using Davit.Dockerfile;
using Davit.Dockerfile.Expansion;
using Davit.Dockerfile.Instructions;
using Davit.Oci;

namespace Davit.Build.Conversion;

/// <summary>Build arguments of one build: what the client gave, what the global ARGs say, what is always there.</summary>
internal sealed class BuildArguments
{
    private static readonly HashSet<string> Proxies = new(StringComparer.Ordinal)
    {
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
    };

    private readonly IReadOnlyDictionary<string, string?> _given;
    private readonly Dictionary<string, string> _platform;
    private readonly Dictionary<string, string?> _globals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _consumed = new(StringComparer.Ordinal);

    public BuildArguments(IReadOnlyDictionary<string, string?> given, Platform target)
    {
        _given = given;
        var host = Platform.Host;
        _platform = new(StringComparer.Ordinal)
        {
            ["TARGETPLATFORM"] = target.ToString(), ["TARGETOS"] = target.Os, ["TARGETARCH"] = target.Architecture, ["TARGETVARIANT"] = target.Variant ?? "",
            ["BUILDPLATFORM"] = host.ToString(), ["BUILDOS"] = host.Os, ["BUILDARCH"] = host.Architecture, ["BUILDVARIANT"] = host.Variant ?? "",
        };
    }

    /// <summary>Takes up an ARG from before the first FROM.</summary>
    public void Declare(ArgInstruction instruction, SourceText source, char escape)
    {
        foreach (var arg in instruction.Args)
        {
            var name = Expansion.Word(escape, Global, arg.Key, source, instruction.Range);
            _consumed.Add(name);
            _globals[name] = _given.TryGetValue(name, out var given) && given is not null ? given
                : arg.Value is null ? _platform.GetValueOrDefault(name) : Expansion.Word(escape, Global, arg.Value, source, instruction.Range);
        }
    }

    /// <summary>Value of a global argument, or of one that is always there; null when it is not set.</summary>
    public string? Global(string name) => _globals.TryGetValue(name, out var value) ? value : _platform.GetValueOrDefault(name);

    /// <summary>Value of an ARG in a stage.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fallback">Its default, expanded; null for none.</param>
    public string? InStage(string name, string? fallback)
    {
        _consumed.Add(name);
        return _given.TryGetValue(name, out var given) && given is not null ? given : fallback ?? Global(name);
    }

    /// <summary>Proxy settings that RUN sees without an ARG.</summary>
    public IEnumerable<KeyValuePair<string, string>> ProxySettings() =>
        _given.Where(g => Proxies.Contains(g.Key) && g.Value is not null).Select(g => KeyValuePair.Create(g.Key, g.Value!));

    public static bool IsProxy(string name) => Proxies.Contains(name);

    /// <summary>Arguments that no ARG asked for.</summary>
    public IReadOnlyList<string> Unconsumed() =>
        [.. _given.Keys.Where(k => !_consumed.Contains(k) && !Proxies.Contains(k) && !k.StartsWith("BUILDKIT_", StringComparison.Ordinal) && k != "SOURCE_DATE_EPOCH").Order(StringComparer.Ordinal)];
}
