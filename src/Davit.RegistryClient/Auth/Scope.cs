namespace Davit.RegistryClient.Auth;

/// <summary>What a token is asked for, as the distribution token specification writes it.</summary>
/// <param name="Items">For example <c>repository:library/busybox:pull</c>; empty for a login.</param>
internal sealed record Scope(params string[] Items)
{
    internal static Scope Pull(string repository) => new($"repository:{repository}:pull");

    internal static Scope Push(string repository) => new($"repository:{repository}:pull,push");

    internal Scope AndPull(string repository) => new([.. Items, $"repository:{repository}:pull"]);

    internal string Key => string.Join(' ', Items);
}
