using System.Text;
using System.Text.Json.Nodes;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Image;

/// <summary><c>pull</c> and <c>push</c>.</summary>
internal static class PullCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var name = arguments.Words[0];
        ImageNames.Check(name);
        if (arguments.Is("all-tags") && HasTag(name)) throw new DavitException(ErrorKind.InvalidArgument, "tag can't be used with --all-tags/-a", "leave out one of them");
        if (!HasTag(name) && !arguments.Is("all-tags") && !arguments.Is("quiet")) context.Out.WriteLine("Using default tag: latest");
        await PullAsync(context, name, arguments.Value("platform") ?? Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM"), arguments.Is("quiet"), context.Out, arguments.Is("all-tags"));
        context.Out.WriteLine(Full(name));
        return 0;
    }

    /// <summary>Pulls an image, showing progress.</summary>
    internal static async Task PullAsync(CliContext context, string name, string? platform, bool quiet, TextWriter output, bool allTags = false)
    {
        var (repository, tag) = Split(name);
        using var response = await context.Engine.RequestAsync("POST", "/images/create" + Query.Of(("fromImage", repository), ("tag", allTags ? null : tag), ("platform", platform)), headers: Authorization(context, name));
        await new ProgressDisplay(quiet ? TextWriter.Null : output, context.OutIsTerminal).ShowAsync(response.Body, null, CancellationToken.None);
    }

    internal static async Task<int> PushAsync(CliContext context, Arguments arguments)
    {
        var name = arguments.Words[0];
        var all = arguments.Is("all-tags");
        ImageNames.Check(name);
        if (all && HasTag(name)) throw new DavitException(ErrorKind.InvalidArgument, "tag can't be used with --all-tags/-a", "leave out one of them");
        if (!HasTag(name) && !all && !arguments.Is("quiet")) context.Out.WriteLine("Using default tag: latest");
        var (repository, tag) = Split(name);
        using var response = await context.Engine.RequestAsync("POST", $"/images/{Escape(repository)}/push" + Query.Of(("tag", all ? null : tag), ("platform", Platforms.ToApi(arguments.Value("platform")))), headers: Authorization(context, name));
        await new ProgressDisplay(arguments.Is("quiet") ? TextWriter.Null : context.Out, context.OutIsTerminal).ShowAsync(response.Body, null, CancellationToken.None);
        if (arguments.Is("quiet")) context.Out.WriteLine(Full(name));
        return 0;
    }

    /// <summary>A name as a part of a path: slashes stay.</summary>
    internal static string Escape(string name) => Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);

    internal static string WithTag(string name) => HasTag(name) ? name : name + ":latest";

    /// <summary>Name and tag (or digest) apart; without either the tag is latest.</summary>
    internal static (string Repository, string Tag) Split(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0) return (name[..at], name[(at + 1)..]);
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, "latest");
    }

    /// <summary>The registry that a name leads to.</summary>
    internal static string Registry(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        return first.AsSpan().ContainsAny('.', ':') || first == "localhost" ? first : "docker.io";
    }

    /// <summary>The header with the credentials for a name's registry.</summary>
    internal static IReadOnlyList<(string, string)> Authorization(CliContext context, string name)
    {
        if (context.Config.Credentials(Registry(name)) is not { } credentials) return [];
        var document = credentials.User == "<token>" ? new JsonObject { ["identitytoken"] = credentials.Secret } : new JsonObject { ["username"] = credentials.User, ["password"] = credentials.Secret };
        document["serveraddress"] = Registry(name);
        return [("X-Registry-Auth", Convert.ToBase64String(Encoding.UTF8.GetBytes(document.ToJsonString())).Replace('+', '-').Replace('/', '_'))];
    }

    private static bool HasTag(string name) => name.Contains('@', StringComparison.Ordinal) || name.LastIndexOf(':') > name.LastIndexOf('/');

    private static string Full(string name)
    {
        var (repository, tag) = Split(name);
        var full = Registry(name) != "docker.io" || repository.StartsWith("docker.io/", StringComparison.Ordinal) ? repository : $"docker.io/{(repository.Contains('/', StringComparison.Ordinal) ? "" : "library/")}{repository}";
        return name.Contains('@', StringComparison.Ordinal) ? $"{full}@{tag}" : $"{full}:{tag}";
    }
}
