using Davit.RegistryClient.Auth;

namespace Davit.RegistryClient.Http;

/// <summary>What a ping found out: the address that answers and what it asks for.</summary>
internal sealed record RegistrySession(Uri Base, IReadOnlyList<Challenge> Challenges);
