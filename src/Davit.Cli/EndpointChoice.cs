using Davit.Cli.Config;
using Davit.Cli.Http;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli;

/// <summary>Decides which engine a call is for: flags, then the environment, then the current context, then the one of this machine.</summary>
internal static class EndpointChoice
{
    /// <summary>Where the daemon of this machine listens when nobody names a host; it moves with the variables that davitd reads.</summary>
    internal static string DefaultHost =>
        Environment.GetEnvironmentVariable("DAVIT_LISTEN") is { } listen && listen.StartsWith("unix://", StringComparison.Ordinal) ? listen
        : Environment.GetEnvironmentVariable("DAVIT_RUN_ROOT") is { Length: > 0 } root ? $"unix://{root}/davit.sock" : "unix:///run/davit/davit.sock";

    /// <summary>The engine's address with what TLS needs.</summary>
    /// <exception cref="DavitException">The host and a context are both named, the context is unknown, or the address has no form that is known.</exception>
    internal static EngineEndpoint Choose(Arguments globals, ClientConfig config)
    {
        var flag = globals.Value("host");
        if (flag is not null && globals.Value("context") is not null) throw new DavitException(ErrorKind.InvalidArgument, "conflicting options: cannot specify both --host and --context", "name one of the two");
        if (flag is null && ContextName(globals, config) is not "default" and var name)
        {
            try
            {
                return new ContextStore(config.Directory).Read(name).ToEndpoint();
            }
            catch (DavitException e)
            {
                throw new DavitException(e.Kind, "Failed to initialize: unable to resolve docker endpoint: " + e.Message, "davit context ls lists them", e);
            }
        }

        var host = flag ?? HostVariable();
        if (string.IsNullOrEmpty(host)) return new EngineEndpoint(DefaultHost, IsDefault: true);
        host = host.Contains("://", StringComparison.Ordinal) ? host : "tcp://" + host;
        if (!EngineEndpoint.Understands(host)) throw new DavitException(ErrorKind.InvalidArgument, $"Failed to initialize: unable to resolve docker endpoint: invalid bind address format: {host}", "use unix:///path/to/socket, tcp://host:port or ssh://user@host");
        return new EngineEndpoint(host, IsDefault: false, Tls(globals, config));
    }

    /// <summary>The context in use: <c>default</c> when a host is named, or nobody named a context.</summary>
    internal static string ContextName(Arguments globals, ClientConfig config)
    {
        if (globals.Value("context") is { } flag) return flag;
        if (globals.Value("host") is not null || HostVariable() is not null) return "default";
        if (Environment.GetEnvironmentVariable("DOCKER_CONTEXT") is { Length: > 0 } variable) return variable;
        return config.Text("currentContext") ?? "default";
    }

    /// <summary>The host that the environment names, or null.</summary>
    internal static string? HostVariable() => Environment.GetEnvironmentVariable("DAVIT_HOST") is { Length: > 0 } own ? own : Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : null;

    private static TlsFiles? Tls(Arguments globals, ClientConfig config)
    {
        var verify = globals.Has("tlsverify") ? globals.Is("tlsverify") : Environment.GetEnvironmentVariable("DOCKER_TLS_VERIFY") is { Length: > 0 };
        if (!verify && !globals.Is("tls") && Environment.GetEnvironmentVariable("DOCKER_TLS") is not { Length: > 0 }) return null;
        var directory = Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") is { Length: > 0 } given ? given : config.Directory;
        string? File(string flag, string leaf) => globals.Value(flag) ?? (Path.Combine(directory, leaf) is var path && System.IO.File.Exists(path) ? path : null);
        return new TlsFiles(verify ? File("tlscacert", "ca.pem") : null, File("tlscert", "cert.pem"), File("tlskey", "key.pem"), verify);
    }
}
