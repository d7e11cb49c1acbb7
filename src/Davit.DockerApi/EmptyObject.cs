namespace Davit.DockerApi;

/// <summary>The value <c>{}</c> of Go's <c>map[string]struct{}</c>: only the key tells something.</summary>
public sealed record EmptyObject;
