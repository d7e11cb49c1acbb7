namespace Davit.Testing.Registry;

/// <summary>A request that a fake registry got.</summary>
public sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>Values of the query.</summary>
    public string? Query(string name) => Target.Contains('?')
        ? Target[(Target.IndexOf('?') + 1)..].Split('&').Where(p => p.StartsWith(name + "=", StringComparison.Ordinal)).Select(p => Uri.UnescapeDataString(p[(name.Length + 1)..].Replace('+', ' '))).FirstOrDefault() : null;

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
