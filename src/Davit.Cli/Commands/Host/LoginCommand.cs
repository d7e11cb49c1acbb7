using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary><c>login</c> and <c>logout</c>.</summary>
internal static class LoginCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        if (a.Is("password-stdin") && a.Has("password")) throw new DavitException(ErrorKind.InvalidArgument, "conflicting options: cannot specify both --password and --password-stdin", "use --password-stdin");
        if (a.Is("password-stdin") && a.Value("username") is null) throw new DavitException(ErrorKind.InvalidArgument, "the --password-stdin option requires --username to be set", "add -u USER");
        if (a.Has("password")) context.Error.WriteLine("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        var registry = Registry(a);
        var user = a.Value("username") ?? AskUser(context, context.Config.Credentials(registry)?.User);
        if (user.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "Error: Non-null Username Required");
        var secret = a.Value("password") ?? (a.Is("password-stdin") ? (await context.In.ReadToEndAsync()).TrimEnd('\n').TrimEnd('\r') : AskSecret(context));
        if (secret.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "Error: Password Required");
        var answer = await Json.PostAsync(context, "/auth", new JsonObject { ["username"] = user, ["password"] = secret, ["serveraddress"] = Address(registry) });
        var token = answer.TryGetProperty("IdentityToken", out var given) ? given.GetString() ?? "" : "";
        var plain = context.Config.Store(registry, token.Length > 0 ? ("<token>", token) : (user, secret));
        if (plain)
        {
            context.Error.WriteLine($"\nWARNING! Your credentials are stored unencrypted in '{Path.Combine(context.Config.Directory, "config.json")}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n");
        }

        context.Out.WriteLine(answer.TryGetProperty("Status", out var status) ? status.GetString() : "Login Succeeded");
        return 0;
    }

    internal static Task<int> LogoutAsync(CliContext context, Arguments a)
    {
        var registry = Registry(a);
        context.Out.WriteLine($"Removing login credentials for {Address(registry)}");
        context.Config.Forget(registry);
        return Task.FromResult(0);
    }

    /// <summary>A registry's name: <c>docker.io</c> for Docker Hub under any of its names, else host and port without scheme and path.</summary>
    private static string Registry(Arguments a)
    {
        var text = a.Words.Count > 0 ? a.Words[0] : "";
        if (text.Length == 0 || text is "https://index.docker.io/v1/" or "index.docker.io" or "registry-1.docker.io") return "docker.io";
        foreach (var scheme in (ReadOnlySpan<string>)["https://", "http://"]) if (text.StartsWith(scheme, StringComparison.Ordinal)) text = text[scheme.Length..];
        return text.Split('/', 2)[0];
    }

    private static string Address(string registry) => registry == "docker.io" ? "https://index.docker.io/v1/" : registry;

    private static string AskUser(CliContext context, string? known)
    {
        NeedTerminal(context);
        context.Out.Write(string.IsNullOrEmpty(known) || known == "<token>" ? "Username: " : $"Username ({known}): ");
        context.Out.Flush();
        var typed = context.In.ReadLine()?.Trim() ?? "";
        return typed.Length > 0 ? typed : known ?? "";
    }

    private static string AskSecret(CliContext context)
    {
        NeedTerminal(context);
        context.Out.Write("Password: ");
        context.Out.Flush();
        var secret = Terminal.ReadSecret(context.In);
        context.Out.WriteLine();
        return secret;
    }

    private static void NeedTerminal(CliContext context)
    {
        if (!context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "Error: Cannot perform an interactive login from a non TTY device", "use -u USER --password-stdin");
    }
}
