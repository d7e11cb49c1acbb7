using System.Text;
using System.Text.Json;
using Davit.DockerApi;
using Davit.DockerApi.Host;
using Davit.Images;
using Davit.Primitives;

namespace Davit.Daemon.Http;

/// <summary>Credentials that travel in headers: base64 of JSON, in either alphabet.</summary>
internal static class RegistryAuth
{
    /// <summary>The header <c>X-Registry-Auth</c>; null when it has no credentials.</summary>
    public static RegistryCredentials? Read(ApiRequest request)
    {
        var text = request.Context.Request.Headers["X-Registry-Auth"].ToString();
        if (text.Length == 0) return null;
        try
        {
            return ToCredentials(JsonSerializer.Deserialize(Decode(text), DockerApiJson.Default.AuthConfig));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid X-Registry-Auth header: {e.Message}", inner: e);
        }
    }

    /// <summary>The header <c>X-Registry-Config</c> of a build: credentials by registry.</summary>
    public static IReadOnlyDictionary<string, RegistryCredentials> ReadAll(ApiRequest request)
    {
        var result = new Dictionary<string, RegistryCredentials>();
        var text = request.Context.Request.Headers["X-Registry-Config"].ToString();
        if (text.Length == 0) return result;
        try
        {
            foreach (var (registry, auth) in JsonSerializer.Deserialize(Decode(text), DockerApiJson.Default.DictionaryStringAuthConfig) ?? [])
            {
                if (ToCredentials(auth) is { } credentials) result[HostOf(registry)] = credentials;
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid X-Registry-Config header: {e.Message}", inner: e);
        }

        return result;
    }

    private static string HostOf(string registry)
    {
        var start = registry.IndexOf("://", StringComparison.Ordinal);
        var host = (start < 0 ? registry : registry[(start + 3)..]).Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : host;
    }

    private static byte[] Decode(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        return Convert.FromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='));
    }

    private static RegistryCredentials? ToCredentials(AuthConfig? auth)
    {
        if (auth is null) return null;
        var (user, password) = (auth.Username, auth.Password);
        if (string.IsNullOrEmpty(user) && !string.IsNullOrEmpty(auth.Auth))
        {
            var pair = Encoding.UTF8.GetString(Decode(auth.Auth)).Split(':', 2);
            if (pair.Length == 2) (user, password) = (pair[0], pair[1]);
        }

        static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
        return Text(user) is null && Text(auth.IdentityToken) is null && Text(auth.RegistryToken) is null
            ? null
            : new RegistryCredentials(Text(user), Text(password), Text(auth.IdentityToken), Text(auth.RegistryToken));
    }
}
