using System.Net;
using Davit.Oci;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Auth;

/// <summary>Checks a credential against a registry.</summary>
internal sealed class RegistryLogin(Transport transport, EndpointResolver resolver)
{
    private const string Succeeded = "Login Succeeded";

    internal async Task<LoginResult> CheckAsync(string server, Credential credential, CancellationToken cancellation)
    {
        var endpoint = resolver.Of(Host(server));
        var session = await transport.PingAsync(endpoint, cancellation).ConfigureAwait(false);
        var address = new Uri(session.Base, "v2/");
        var token = "";
        var authorization = credential.IsEmpty ? null : Authorizer.Basic(credential);
        if (session.Challenges.FirstOrDefault(c => c.Scheme == "bearer" && c["realm"] is not null) is { } bearer)
        {
            try
            {
                var granted = await transport.Authorizer.LoginTokenAsync(bearer, credential, session.Base, cancellation).ConfigureAwait(false);
                token = granted.Refresh;
                authorization = new("Bearer", granted.Value);
            }
            catch (RegistryFault fault)
            {
                throw new RegistryFault(fault.Status, fault.Code, $"Get \"{address}\": {fault.Message}", fault.RetryAfter);
            }
        }

        using var response = await transport.AskAsync(address, authorization, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK) return new(Succeeded, token);
        throw new RegistryFault((int)response.StatusCode, RegistryFault.Unauthorized, $"login attempt to {address} failed with status: {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private static string Host(string server)
    {
        var host = server.Trim();
        if (host.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at) host = host[(at + 3)..];
        host = host.Split('/')[0];
        return host is "" or "index.docker.io" or "registry-1.docker.io" ? Reference.DefaultRegistry : host;
    }
}
