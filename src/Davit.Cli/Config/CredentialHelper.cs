using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli.Config;

/// <summary>Programs named <c>docker-credential-NAME</c>: <c>get</c>, <c>store</c>, <c>erase</c> on standard input and output.</summary>
internal static class CredentialHelper
{
    internal static (string User, string Secret)? Get(string helper, string server)
    {
        var (code, output) = Run(helper, "get", server);
        if (code != 0) return null;
        try
        {
            using var document = JsonDocument.Parse(output);
            var (user, secret) = (document.RootElement.GetProperty("Username").GetString() ?? "", document.RootElement.GetProperty("Secret").GetString() ?? "");
            return user.Length == 0 && secret.Length == 0 ? null : (user, secret);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"docker-credential-{helper} get answered no credentials: {e.Message}", "check the helper named in config.json");
        }
    }

    internal static void Store(string helper, string server, string user, string secret)
    {
        var (code, output) = Run(helper, "store", new JsonObject { ["ServerURL"] = server, ["Username"] = user, ["Secret"] = secret }.ToJsonString());
        if (code != 0) throw new DavitException(ErrorKind.Internal, $"error storing credentials - docker-credential-{helper}: {output.Trim()}", "check the helper named in config.json");
    }

    internal static void Erase(string helper, string server) => Run(helper, "erase", server);

    private static (int Code, string Output) Run(string helper, string verb, string input)
    {
        var (code, output) = HelperProgram.Run($"docker-credential-{helper}", [verb], Encoding.UTF8.GetBytes(input));
        return code == 127 ? throw new DavitException(ErrorKind.NotFound, $"error getting credentials - err: exec: \"docker-credential-{helper}\": executable file not found in $PATH", "install the helper, or remove it from config.json") : (code, Encoding.UTF8.GetString(output));
    }
}
