using Davit.RegistryClient.Auth;

namespace Davit.RegistryClient.Http;

/// <summary>One request to a registry.</summary>
internal sealed record RegistryCall(HttpMethod Method, string Path, Scope Scope, Credential? Credential)
{
    /// <summary>Where an upload continues; used instead of the path.</summary>
    internal Uri? Address { get; init; }

    /// <summary>Media types to ask for.</summary>
    internal IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Makes the body, anew for each attempt; gets a callback to call whenever bytes move.</summary>
    internal Func<Action, HttpContent>? Content { get; init; }

    /// <summary>First byte wanted.</summary>
    internal long From { get; init; }

    /// <summary>May be sent again when its outcome is unknown.</summary>
    internal bool Idempotent { get; init; } = true;
}
