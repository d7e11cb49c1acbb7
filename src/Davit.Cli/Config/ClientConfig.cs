using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Primitives;

namespace Davit.Cli.Config;

/// <summary>The client's config.json (docker's format and place): credentials, formats, proxies, detach keys, the current context.</summary>
internal sealed class ClientConfig(string directory, JsonObject document)
{
    /// <summary>Directory of the configuration.</summary>
    internal string Directory { get; } = directory;

    /// <summary>Where the configuration is when no flag says otherwise: <c>DOCKER_CONFIG</c>, else <c>~/.docker</c>.</summary>
    internal static string DefaultDirectory => Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } given ? given : Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/root", ".docker");

    /// <summary>Reads the configuration of a directory; an absent file is an empty one.</summary>
    /// <exception cref="DavitException">InvalidArgument: the file is no JSON.</exception>
    internal static ClientConfig Load(string directory)
    {
        var path = Path.Combine(directory, "config.json");
        if (!File.Exists(path)) return new ClientConfig(directory, []);
        try
        {
            return new ClientConfig(directory, JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? []);
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{path}: {e.Message}", "mend the file, or point DOCKER_CONFIG elsewhere");
        }
    }

    /// <summary>A text setting, or null.</summary>
    internal string? Text(string key) => document[key] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    /// <summary>Entries of an object of texts.</summary>
    internal IReadOnlyDictionary<string, string> Texts(string key) =>
        (document[key] as JsonObject)?.Where(p => p.Value is JsonValue).ToDictionary(p => p.Key, p => p.Value!.ToString(), StringComparer.Ordinal) ?? [];

    /// <summary>Entries of a list of texts.</summary>
    internal IReadOnlyList<string> List(string key) => document[key] is JsonArray list ? [.. list.Select(v => v?.ToString() ?? "").Where(t => t.Length > 0)] : [];

    /// <summary>Headers for every request: <c>HttpHeaders</c>, unless <c>DOCKER_CUSTOM_HEADERS</c> (name=value, comma between) replaces them.</summary>
    internal IReadOnlyDictionary<string, string> Headers() => Environment.GetEnvironmentVariable("DOCKER_CUSTOM_HEADERS") is { Length: > 0 } custom
        ? custom.Split(',').Select(h => h.Split('=', 2)).Where(h => h.Length == 2).ToDictionary(h => h[0].Trim(), h => h[1], StringComparer.OrdinalIgnoreCase)
        : Texts("HttpHeaders");

    /// <summary>Sets a text, or takes it away, and writes the file.</summary>
    internal void Set(string key, string? value)
    {
        if (value is null) document.Remove(key);
        else document[key] = value;
        Save();
    }

    /// <summary>Proxy settings for an engine's address, as environment variables for containers and builds.</summary>
    internal IReadOnlyDictionary<string, string> ProxyVariables(string host)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document["proxies"] is not JsonObject proxies || (proxies[host] ?? proxies["default"]) is not JsonObject chosen) return variables;
        foreach (var (key, name) in (ReadOnlySpan<(string, string)>)[("httpProxy", "HTTP_PROXY"), ("httpsProxy", "HTTPS_PROXY"), ("noProxy", "NO_PROXY"), ("ftpProxy", "FTP_PROXY"), ("allProxy", "ALL_PROXY")])
        {
            if (chosen[key]?.ToString() is not { Length: > 0 } value) continue;
            variables[name] = value;
            variables[name.ToLowerInvariant()] = value;
        }

        return variables;
    }

    /// <summary>Credentials for a registry: from a helper or the file; null when there are none.</summary>
    internal (string User, string Secret)? Credentials(string registry)
    {
        var key = Key(registry);
        if (Helper(registry) is { } helper) return CredentialHelper.Get(helper, key);
        if ((document["auths"] as JsonObject)?[key] is not JsonObject entry) return null;
        if (entry["identitytoken"]?.ToString() is { Length: > 0 } token) return ("<token>", token);
        if (entry["auth"]?.ToString() is not { Length: > 0 } encoded) return null;
        var plain = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        var colon = plain.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (plain[..colon], plain[(colon + 1)..].TrimEnd('\0'));
    }

    /// <summary>Every registry with credentials in the file.</summary>
    internal IEnumerable<string> Registries() => (document["auths"] as JsonObject)?.Select(p => p.Key == "https://index.docker.io/v1/" ? "docker.io" : p.Key) ?? [];

    /// <summary>Keeps credentials: with the helper that is configured, else in the file.</summary>
    /// <returns>True when they stand in the file, readable by who may read it.</returns>
    internal bool Store(string registry, (string User, string Secret) given)
    {
        if (document["auths"] is not JsonObject auths) document["auths"] = auths = [];
        var helper = Helper(registry);
        if (helper is not null)
        {
            CredentialHelper.Store(helper, Key(registry), given.User, given.Secret);
            auths[Key(registry)] = new JsonObject();
        }
        else if (given.User == "<token>") auths[Key(registry)] = new JsonObject { ["identitytoken"] = given.Secret };
        else auths[Key(registry)] = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{given.User}:{given.Secret}")) };
        Save();
        return helper is null;
    }

    /// <summary>Forgets credentials; none to forget is fine.</summary>
    internal void Forget(string registry)
    {
        if (Helper(registry) is { } helper) CredentialHelper.Erase(helper, Key(registry));
        if (document["auths"] is JsonObject auths && auths.Remove(Key(registry))) Save();
    }

    private static string Key(string registry) => registry == "docker.io" ? "https://index.docker.io/v1/" : registry;

    private string? Helper(string registry) => ((document["credHelpers"] as JsonObject)?[Key(registry)] ?? (document["credHelpers"] as JsonObject)?[registry])?.ToString() ?? Text("credsStore");

    private void Save()
    {
        System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(Directory, "config.json");
        var temporary = path + ".new";
        using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 })) document.WriteTo(writer);
        File.Move(temporary, path, overwrite: true);
    }
}
