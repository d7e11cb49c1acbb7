using System.Text.Json.Nodes;
using Davit.Cli.Http;

namespace Davit.Cli.Config;

/// <summary>A context: a name for an engine's address with what TLS needs.</summary>
/// <param name="Name">Name.</param>
/// <param name="Document">Its meta.json: <c>Name</c>, <c>Metadata</c>, <c>Endpoints</c>.</param>
/// <param name="MetaDirectory">Directory of the document.</param>
/// <param name="TlsDirectory">Directory of the TLS files, one directory an endpoint.</param>
internal sealed record ClientContext(string Name, JsonObject Document, string MetaDirectory, string TlsDirectory)
{
    /// <summary>What its user wrote about it.</summary>
    internal string Description => Document["Metadata"]?[nameof(Description)]?.ToString() ?? "";

    /// <summary>Address of the engine.</summary>
    internal string Host => Docker?[nameof(Host)]?.ToString() is { Length: > 0 } host ? host : EndpointChoice.DefaultHost;

    /// <summary>True when any certificate of the server will do.</summary>
    internal bool SkipTlsVerify => Docker?["SkipTLSVerify"] is JsonValue value && value.TryGetValue<bool>(out var skip) && skip;

    private JsonNode? Docker => Document["Endpoints"]?["docker"];

    /// <summary>TLS files that there are.</summary>
    internal IReadOnlyList<string> TlsFiles() => [.. ContextStore.TlsNames.Where(n => File.Exists(Path.Combine(TlsDirectory, "docker", n)))];

    /// <summary>The engine that it names.</summary>
    internal EngineEndpoint ToEndpoint()
    {
        var files = TlsFiles();
        string? At(string leaf) => files.Contains(leaf) ? Path.Combine(TlsDirectory, "docker", leaf) : null;
        var tls = files.Count > 0 || SkipTlsVerify ? new TlsFiles(At("ca.pem"), At("cert.pem"), At("key.pem"), !SkipTlsVerify) : null;
        return new EngineEndpoint(Host, IsDefault: false, Host.StartsWith("unix:", StringComparison.Ordinal) ? null : tls);
    }
}
