namespace Davit.RegistryClient.Endpoints;

/// <summary>One place where a registry may be asked.</summary>
/// <param name="Bases">Addresses to try in turn: the first that answers is used. End with a slash.</param>
/// <param name="IsMirror">Not the registry itself: it gets no credential, and what it does not have is asked elsewhere.</param>
internal sealed record RegistryEndpoint(IReadOnlyList<Uri> Bases, bool IsMirror)
{
    internal string Key => Bases[0].AbsoluteUri;
}
