using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Davit.Primitives;

namespace Davit.Cli.Config;

/// <summary>docker's contexts: directories named by the hash of the context's name, each with a meta.json.</summary>
internal static class Contexts
{
    /// <summary>The engine's address of a context.</summary>
    /// <exception cref="DavitException">NotFound.</exception>
    internal static string? Host(string configDirectory, string name)
    {
        var path = Path.Combine(configDirectory, "contexts/meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))), "meta.json");
        if (!File.Exists(path)) throw new DavitException(ErrorKind.NotFound, $"current context \"{name}\" is not found on the file system, please check your config file at {configDirectory}/config.json", "name another one with --context");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.TryGetProperty("Endpoints", out var endpoints) && endpoints.TryGetProperty("docker", out var docker) && docker.TryGetProperty("Host", out var host) ? host.GetString() : null;
    }
}
