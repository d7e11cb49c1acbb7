using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Davit.RegistryClient.Auth;
using Davit.RegistryClient.Endpoints;

namespace Davit.RegistryClient.Http;

/// <summary>Sends requests: finds out how a registry is spoken to, answers challenges, follows redirects, tries again what may be tried again.</summary>
internal sealed class Transport : IDisposable
{
    private const int MostRedirects = 10;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly HostRules _rules;
    private readonly Connections _connections;
    private readonly ConcurrentDictionary<string, Task<RegistrySession>> _sessions = new(StringComparer.Ordinal);

    internal Transport(RegistryOptions options, HostRules rules, TimeProvider time)
    {
        (_options, _rules, _time) = (options, rules, time);
        _connections = new(options, rules);
        Authorizer = new(_connections, rules, options, time);
        Retry = new(options, time);
    }

    internal Authorizer Authorizer { get; }

    internal RetryPolicy Retry { get; }

    public void Dispose() => _connections.Dispose();

    /// <summary>Sends until it succeeds or fails for good; the answer's status is a success.</summary>
    /// <exception cref="RegistryFault">The registry refused.</exception>
    /// <exception cref="TransportProblem">No answer came.</exception>
    internal async Task<HttpResponseMessage> SendAsync(RegistryEndpoint endpoint, RegistryCall call, CancellationToken cancellation)
    {
        var reached = _sessions.ContainsKey(endpoint.Key);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked;
            try
            {
                var session = await PingAsync(endpoint, cancellation).ConfigureAwait(false);
                reached = true;
                return await SendOnceAsync(endpoint, session, call, cancellation).ConfigureAwait(false);
            }
            catch (RegistryFault fault) when (fault.IsTransient && call.Idempotent && Retry.MayTryAgain(attempt))
            {
                asked = fault.RetryAfter;
            }
            catch (TransportProblem problem)
            {
                _sessions.TryRemove(endpoint.Key, out _);
                if (!reached || !(call.Idempotent || problem.BeforeRequest) || !Retry.MayTryAgain(attempt)) throw;
                asked = null;
            }

            await Retry.WaitAsync(attempt, asked, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>How an endpoint is spoken to; asked once.</summary>
    internal async Task<RegistrySession> PingAsync(RegistryEndpoint endpoint, CancellationToken cancellation)
    {
        // shared by everybody who needs it, so no single caller's token may end it
        var ping = _sessions.GetOrAdd(endpoint.Key, static (_, made) => made.Self.PingEachAsync(made.Endpoint), (Self: this, Endpoint: endpoint));
        try
        {
            return await ping.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch when (ping.IsFaulted || ping.IsCanceled)
        {
            _sessions.TryRemove(new(endpoint.Key, ping));
            throw;
        }
    }

    /// <summary>One request with a given authorization, no challenge answered; any status comes back.</summary>
    internal async Task<HttpResponseMessage> AskAsync(Uri address, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        var call = new RegistryCall(HttpMethod.Get, "", new Scope(), null) { Address = address };
        return await FollowAsync(address, call, authorization, cancellation).ConfigureAwait(false);
    }

    private async Task<RegistrySession> PingEachAsync(RegistryEndpoint endpoint)
    {
        for (var i = 0; ; i++)
        {
            var address = endpoint.Bases[i];
            try
            {
                using var response = await AskAsync(new Uri(address, "v2/"), null, CancellationToken.None).ConfigureAwait(false);
                return new(address, Challenge.ReadAll(response.Headers));
            }
            catch (TransportProblem) when (i + 1 < endpoint.Bases.Count)
            {
                // an insecure registry may speak plain HTTP: the next address
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryEndpoint endpoint, RegistrySession session, RegistryCall call, CancellationToken cancellation)
    {
        var address = call.Address ?? new Uri(session.Base, call.Path);
        var challenges = session.Challenges;
        for (var again = false; ; again = true)
        {
            var authorization = await Authorizer.HeaderAsync(challenges, call.Scope, call.Credential, session.Base, again, cancellation).ConfigureAwait(false);
            var response = await FollowAsync(address, call, authorization, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    var asked = Challenge.ReadAll(response.Headers);
                    if (call.Credential is not { IsEmpty: false } && asked.Count > 0 && asked.All(c => c.Scheme == "basic"))
                    {
                        var verb = call.Method.Method[..1] + call.Method.Method[1..].ToLowerInvariant();
                        throw new RegistryFault(401, RegistryFault.Unauthorized, $"{verb} \"{address.GetLeftPart(UriPartial.Path)}\": no basic auth credentials");
                    }

                    if (!again && asked.Any(c => c.Scheme == "bearer" || authorization is null))
                    {
                        challenges = asked;
                        _sessions[endpoint.Key] = Task.FromResult(session with { Challenges = asked });
                        continue;
                    }
                }

                throw await ErrorBody.ReadAsync(response, _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Uri address, RegistryCall call, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        var from = address;
        for (var hop = 0; ; hop++)
        {
            // a credential belongs to the registry alone, not to the store that it redirects to
            var own = address.Scheme == from.Scheme && address.Authority.Equals(from.Authority, StringComparison.OrdinalIgnoreCase);
            var response = await ExchangeAsync(address, call, own ? authorization : null, cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || (call.Method != HttpMethod.Get && call.Method != HttpMethod.Head)) return response;
            using (response)
            {
                var next = response.Headers.Location is { } location ? new Uri(address, location) : null;
                if (next is null || next.Scheme is not ("http" or "https")) throw new RegistryFault(502, "", $"{address.Authority} redirects to nowhere");
                if (hop == MostRedirects) throw new RegistryFault(400, "", $"stopped after {MostRedirects} redirects from {from.Authority}");
                if (next.Scheme == "http" && address.Scheme == "https" && !_rules.IsInsecure(next.IdnHost, next.Port)) throw new RegistryFault(400, "", $"{address.Authority} redirects to \"{next.GetLeftPart(UriPartial.Path)}\", which is not encrypted");
                address = next;
            }
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(Uri address, RegistryCall call, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Stall);

        // not disposed on success: the response's content keeps using it until it has been read
        var request = new HttpRequestMessage(call.Method, address);
        try
        {
            request.Headers.UserAgent.ParseAdd(_options.UserAgent);
            request.Headers.Authorization = authorization;
            foreach (var type in call.Accept) request.Headers.Accept.Add(new(type));
            if (call.From > 0) request.Headers.Range = new(call.From, null);
            request.Content = call.Content?.Invoke(() => limit.CancelAfter(_options.Stall));
            return await _connections.For(address).SendAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            request.Dispose();
            throw TransportProblem.Of(call.Method, address, new TimeoutException("net/http: timeout awaiting response headers"));
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            request.Dispose();
            throw TransportProblem.Of(call.Method, address, problem);
        }
    }
}
