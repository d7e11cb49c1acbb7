using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Auth;

/// <summary>Answers challenges: basic, or a bearer token from the realm (distribution-spec token authentication; OAuth2 with an identity token). Tokens are kept until shortly before their end.</summary>
internal sealed class Authorizer(Connections connections, HostRules rules, RegistryOptions options, TimeProvider time)
{
    private const int MostTokenBytes = 1 << 20;
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<(string Realm, string Service, string Scope, Credential? Who), Token> _tokens = new();

    /// <summary>The header for a request, or null when the registry asks for none.</summary>
    /// <param name="challenges">What the registry asked for.</param>
    /// <param name="scope">What the request needs.</param>
    /// <param name="credential">Who asks, or null.</param>
    /// <param name="registry">Address of the registry; a realm without TLS is trusted only where the registry is.</param>
    /// <param name="renew">The token kept was refused.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<AuthenticationHeaderValue?> HeaderAsync(IReadOnlyList<Challenge> challenges, Scope scope, Credential? credential, Uri registry, bool renew, CancellationToken cancellation)
    {
        if (credential?.RegistryToken is { Length: > 0 } fixedToken) return new("Bearer", fixedToken);
        if (challenges.FirstOrDefault(c => c.Scheme == "bearer" && c["realm"] is not null) is { } bearer)
        {
            return new("Bearer", (await TokenAsync(bearer, scope, credential, registry, renew, cancellation).ConfigureAwait(false)).Value);
        }

        if (challenges.Any(c => c.Scheme == "basic") && credential is { IsEmpty: false }) return Basic(credential);
        return null;
    }

    /// <summary>A token for a login; always fresh, with the refresh token when the realm gives one.</summary>
    internal Task<Token> LoginTokenAsync(Challenge bearer, Credential credential, Uri registry, CancellationToken cancellation) =>
        TokenAsync(bearer, new Scope(), credential, registry, renew: true, cancellation, offline: true);

    internal static AuthenticationHeaderValue Basic(Credential credential) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}")));

    private async Task<Token> TokenAsync(Challenge bearer, Scope scope, Credential? credential, Uri registry, bool renew, CancellationToken cancellation, bool offline = false)
    {
        var (realm, service) = (bearer["realm"]!, bearer["service"] ?? "");
        var who = credential is { IsEmpty: false } ? credential : null;
        var key = (realm, service, scope.Key, who);
        if (!renew && _tokens.TryGetValue(key, out var kept) && kept.Until > time.GetUtcNow()) return kept;
        if (!Uri.TryCreate(realm, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new RegistryFault(401, "", $"invalid realm \"{realm}\" in the challenge of {registry.Authority}");
        if (who is not null && address.Scheme == "http" && registry.Scheme == "https" && !rules.IsInsecure(address.IdnHost, address.Port))
        {
            throw new RegistryFault(401, "", $"realm \"{realm}\" of {registry.Authority} is not encrypted: the credential is not sent there");
        }

        using var request = who?.IdentityToken is { Length: > 0 } refresh ? Refresh(address, service, scope, refresh) : Get(address, service, scope, who, offline);
        request.Headers.UserAgent.ParseAdd(options.UserAgent);
        var token = await AskAsync(request, cancellation).ConfigureAwait(false);
        if (_tokens.Count > 4096) _tokens.Clear();
        _tokens[key] = token;
        return token;
    }

    private async Task<Token> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Stall);
        try
        {
            response = await connections.For(request.RequestUri!).SendAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException || (problem is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw TransportProblem.Of(request, problem is OperationCanceledException ? new TimeoutException("net/http: request canceled (Client.Timeout exceeded while awaiting headers)") : problem);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode) throw await ErrorBody.ReadAsync(response, time, limit.Token).ConfigureAwait(false);
            var bytes = await BoundedBody.ReadAsync(response, MostTokenBytes, "token", limit.Token).ConfigureAwait(false);
            TokenDocument? document;
            try
            {
                document = JsonSerializer.Deserialize(bytes, RegistryJson.Default.TokenDocument);
            }
            catch (JsonException problem)
            {
                throw new RegistryFault(401, "", $"unable to decode token response of {request.RequestUri!.Authority}: {problem.Message}");
            }

            var value = document?.Token is { Length: > 0 } t ? t : document?.AccessToken;
            if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAnyExceptInRange('!', '~')) throw new RegistryFault(401, "", "authorization server did not include a token in the response");
            var life = document!.ExpiresIn is > 0 and < 1e7 ? TimeSpan.FromSeconds(document.ExpiresIn.Value) : DefaultLife;
            return new(value, document.RefreshToken ?? "", time.GetUtcNow() + life - Margin);
        }
    }

    private static HttpRequestMessage Get(Uri realm, string service, Scope scope, Credential? who, bool offline)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        void Add(string name, string value)
        {
            if (query.Length > 0) query.Append('&');
            query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        if (who?.Username is { Length: > 0 } account) Add("account", account);
        if (offline)
        {
            Add("client_id", "docker");
            Add("offline_token", "true");
        }

        foreach (var item in scope.Items) Add("scope", item);
        if (service.Length > 0) Add("service", service);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        if (who is not null) request.Headers.Authorization = Basic(who);
        return request;
    }

    private static HttpRequestMessage Refresh(Uri realm, string service, Scope scope, string refresh) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(
        [
            new("grant_type", "refresh_token"), new("service", service), new("client_id", "docker"), new("scope", scope.Key), new("refresh_token", refresh),
        ]),
    };

    internal sealed record Token(string Value, string Refresh, DateTimeOffset Until);
}
