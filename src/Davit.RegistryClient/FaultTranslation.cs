using Davit.Oci;
using Davit.Primitives;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient;

/// <summary>Turns what went wrong at a registry into the one error type, with Docker's texts.</summary>
internal static class FaultTranslation
{
    internal static DavitException OfPull(Exception problem, Reference reference) => problem switch
    {
        RegistryFault { Code: RegistryFault.Denied } => new(ErrorKind.NotFound, $"pull access denied for {reference.FamiliarName}, repository does not exist or may require 'docker login': {problem.Message}", Hint(problem) ?? $"log in with 'davit login {reference.Registry}' if the repository is private", problem),
        RegistryFault { Code: RegistryFault.ManifestUnknown } => new(ErrorKind.NotFound, $"manifest for {reference.Familiar} not found: {problem.Message}", Hint(problem), problem),
        RegistryFault { Code: RegistryFault.NameUnknown } => new(ErrorKind.NotFound, $"repository {reference.FamiliarName} not found: {problem.Message}", Hint(problem), problem),
        _ => Of(problem),
    };

    internal static DavitException Of(Exception problem) => problem switch
    {
        RegistryFault { Status: 401 } => new(ErrorKind.Unauthorized, problem.Message, Hint(problem) ?? "log in to the registry", problem),
        RegistryFault { Status: 403 } or RegistryFault { Code: RegistryFault.Denied } => new(ErrorKind.Forbidden, problem.Message, Hint(problem) ?? "log in to the registry, and check that the account may write there", problem),
        RegistryFault { Status: 404 } => new(ErrorKind.NotFound, problem.Message, Hint(problem), problem),
        RegistryFault { Status: 200 } => new(ErrorKind.DataLoss, problem.Message, Hint(problem), problem),
        _ => new(ErrorKind.Internal, problem.Message, Hint(problem), problem),
    };

    private static string? Hint(Exception problem) => problem.Data["mirrors"] is string mirrors ? $"asked before: {mirrors}"
        : problem is TransportProblem { PlainTalk: true, Message: var text } && text.Contains("HTTP response to HTTPS", StringComparison.Ordinal) ? "a registry that speaks plain HTTP must be listed in \"insecure-registries\"" : null;
}
