using System.Collections.Concurrent;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Endpoints;

/// <summary>Asks the mirrors of a registry and then the registry itself, until one gives.</summary>
internal sealed class PullEndpoints(EndpointResolver resolver, TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _down = new(StringComparer.Ordinal);

    internal async Task<T> FirstAsync<T>(string registry, Func<RegistryEndpoint, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        List<string>? refusals = null;
        foreach (var endpoint in resolver.ForPull(registry))
        {
            if (endpoint.IsMirror && _down.TryGetValue(endpoint.Key, out var until) && until > time.GetUtcNow()) continue;
            try
            {
                return await ask(endpoint, cancellation).ConfigureAwait(false);
            }
            catch (Exception problem) when (endpoint.IsMirror && problem is RegistryFault or TransportProblem)
            {
                if (problem is TransportProblem) _down[endpoint.Key] = time.GetUtcNow() + Rest;
                (refusals ??= []).Add($"mirror {endpoint.Key}: {problem.Message}");
            }
            catch (Exception problem) when (refusals is not null && problem is RegistryFault or TransportProblem)
            {
                problem.Data["mirrors"] = string.Join("; ", refusals);
                throw;
            }
        }

        throw new InvalidOperationException("a registry is its own last endpoint");
    }
}
