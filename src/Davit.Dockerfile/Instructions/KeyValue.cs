namespace Davit.Dockerfile.Instructions;

/// <summary>A pair of ENV, LABEL or ARG.</summary>
/// <param name="Key">Name.</param>
/// <param name="Value">Value, quotes still in it; null for an ARG without default.</param>
/// <param name="Legacy">True for the form <c>KEY value</c> without an equals sign.</param>
public sealed record KeyValue(string Key, string? Value, bool Legacy = false);
