using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Config;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Context;

/// <summary>context create, update, inspect, rm, show, use.</summary>
internal static class ContextCommands
{
    internal static Task<int> CreateAsync(CliContext context, Arguments a)
    {
        var store = new ContextStore(context.Config.Directory);
        var name = a.Words[0];
        ContextStore.CheckName(name);
        if (store.Has(name)) throw new DavitException(ErrorKind.AlreadyExists, $"context \"{name}\" already exists", "davit context update changes it");
        if (a.Value("from") is { } from && a.Has("docker")) throw new DavitException(ErrorKind.InvalidArgument, "cannot use --docker flag when --from is set", "give one of the two");
        else if (a.Value("from") is { } source) Copy(store, source, name, a.Value("description"));
        else Write(store, name, new JsonObject { ["Name"] = name, ["Metadata"] = new JsonObject(), ["Endpoints"] = new JsonObject() }, a);
        context.Out.WriteLine(name);
        context.Error.WriteLine($"Successfully created context \"{name}\"");
        return Task.FromResult(0);
    }

    internal static Task<int> UpdateAsync(CliContext context, Arguments a)
    {
        var store = new ContextStore(context.Config.Directory);
        var name = a.Words[0];
        if (name == "default") throw new DavitException(ErrorKind.InvalidArgument, "\"default\" is a reserved context name", "create one of another name");
        Write(store, name, store.Read(name).Document, a);
        context.Out.WriteLine(name);
        context.Error.WriteLine($"Successfully updated context \"{name}\"");
        return Task.FromResult(0);
    }

    internal static Task<int> InspectAsync(CliContext context, Arguments a)
    {
        var store = new ContextStore(context.Config.Directory);
        IReadOnlyList<string> names = a.Words.Count > 0 ? a.Words : [EndpointChoice.ContextName(context.Globals, context.Config)];
        return Inspection.RunAsync(context, names, a.Value("format"), name =>
        {
            using var document = JsonDocument.Parse(Describe(store, name).ToJsonString());
            return Task.FromResult(document.RootElement.Clone());
        });
    }

    internal static Task<int> RemoveAsync(CliContext context, Arguments a)
    {
        var store = new ContextStore(context.Config.Directory);
        var current = EndpointChoice.ContextName(context.Globals, context.Config);
        return Each.DoAsync(context, a.Words, name =>
        {
            if (name == "default") throw new DavitException(ErrorKind.InvalidArgument, "context \"default\" cannot be removed");
            if (!store.Has(name)) return a.Is("force") ? Task.CompletedTask : throw new DavitException(ErrorKind.NotFound, $"context \"{name}\" does not exist", "davit context ls lists them");
            if (name == current && !a.Is("force")) throw new DavitException(ErrorKind.Conflict, $"context \"{name}\" is in use, set -f flag to force remove", "davit context use default");
            store.Remove(name);
            if (name == context.Config.Text("currentContext")) context.Config.Set("currentContext", null);
            return Task.CompletedTask;
        });
    }

    internal static Task<int> ShowAsync(CliContext context, Arguments a)
    {
        context.Out.WriteLine(EndpointChoice.ContextName(context.Globals, context.Config));
        return Task.FromResult(0);
    }

    internal static Task<int> UseAsync(CliContext context, Arguments a)
    {
        var name = a.Words[0];
        if (name != "default") new ContextStore(context.Config.Directory).Read(name);
        context.Config.Set("currentContext", name == "default" ? null : name);
        context.Out.WriteLine(name);
        context.Error.WriteLine($"Current context is now \"{name}\"");
        if (EndpointChoice.HostVariable() is not null && name != "default")
        {
            var variable = Environment.GetEnvironmentVariable("DAVIT_HOST") is { Length: > 0 } ? "DAVIT_HOST" : "DOCKER_HOST";
            context.Error.WriteLine($"Warning: {variable} environment variable overrides the active context. To use \"{name}\", either set the global --context flag, or unset {variable} environment variable.");
        }

        return Task.FromResult(0);
    }

    private static void Write(ContextStore store, string name, JsonObject document, Arguments a)
    {
        if (a.Value("description") is { } description)
        {
            if (document["Metadata"] is not JsonObject metadata) document["Metadata"] = metadata = [];
            metadata["Description"] = description;
        }

        var endpoints = document["Endpoints"] as JsonObject;
        if (endpoints is null) document["Endpoints"] = endpoints = [];
        if (a.Has("docker")) endpoints["docker"] = Docker(store, name, a);
        endpoints["docker"] ??= new JsonObject { ["Host"] = EndpointChoice.HostVariable() ?? EndpointChoice.DefaultHost, ["SkipTLSVerify"] = false };
        store.Write(name, document);
    }

    /// <summary>Reads <c>--docker host=…,ca=…</c>; the TLS files are copied into the store.</summary>
    private static JsonNode Docker(ContextStore store, string name, Arguments a)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in a.List("docker").Select(p => p.Split('=', 2))) fields[pair[0]] = pair[1];
        if (fields.Keys.FirstOrDefault(k => k is not ("from" or "host" or "ca" or "cert" or "key" or "skip-tls-verify")) is { } unknown) throw Wrong($"unrecognized config key: {unknown}");
        if (fields.TryGetValue("from", out var from)) return (from == "default" ? Default() : store.Read(from).Document["Endpoints"]?["docker"]?.DeepClone()) ?? Default();
        var skip = fields.TryGetValue("skip-tls-verify", out var text) && (bool.TryParse(text, out var given) ? given : throw Wrong($"skip-tls-verify: {text} is no bool"));
        var host = fields.GetValueOrDefault("host", "");
        if (host.Length > 0 && !EngineEndpoint.Understands(host)) throw Wrong($"invalid docker endpoint options: unable to parse docker host `{host}`");
        foreach (var (key, leaf) in (ReadOnlySpan<(string, string)>)[("ca", "ca.pem"), ("cert", "cert.pem"), ("key", "key.pem")])
        {
            if (!fields.TryGetValue(key, out var path)) continue;
            if (path.StartsWith("~/", StringComparison.Ordinal)) path = Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", path[2..]);
            if (!File.Exists(path)) throw Wrong($"open {path}: no such file or directory");
            store.WriteTls(name, leaf, File.ReadAllBytes(path));
        }

        return new JsonObject { ["Host"] = host.Length > 0 ? host : EndpointChoice.DefaultHost, ["SkipTLSVerify"] = skip };
    }

    private static JsonObject Default() => new() { ["Host"] = EndpointChoice.HostVariable() ?? EndpointChoice.DefaultHost, ["SkipTLSVerify"] = false };

    private static void Copy(ContextStore store, string source, string name, string? description)
    {
        var document = source == "default" ? new JsonObject { ["Metadata"] = new JsonObject(), ["Endpoints"] = new JsonObject { ["docker"] = Default() } } : store.Read(source).Document;
        document["Name"] = name;
        if (description is not null)
        {
            if (document["Metadata"] is not JsonObject metadata) document["Metadata"] = metadata = [];
            metadata["Description"] = description;
        }

        store.Write(name, document);
        var tls = Path.Combine(store.TlsDirectory(source), "docker");
        if (Directory.Exists(tls)) foreach (var file in Directory.GetFiles(tls)) store.WriteTls(name, Path.GetFileName(file), File.ReadAllBytes(file));
    }

    private static JsonObject Describe(ContextStore store, string name)
    {
        if (name == "default")
        {
            return new JsonObject
            {
                ["Name"] = name, ["Metadata"] = new JsonObject(), ["Endpoints"] = new JsonObject { ["docker"] = Default() }, ["TLSMaterial"] = new JsonObject(),
                ["Storage"] = new JsonObject { ["MetadataPath"] = "<IN MEMORY>", ["TLSPath"] = "<IN MEMORY>" },
            };
        }

        var found = store.Read(name);
        var files = found.TlsFiles();
        return new JsonObject
        {
            ["Name"] = found.Name, ["Metadata"] = found.Document["Metadata"]?.DeepClone() ?? new JsonObject(), ["Endpoints"] = found.Document["Endpoints"]?.DeepClone() ?? new JsonObject(),
            ["TLSMaterial"] = files.Count > 0 ? new JsonObject { ["docker"] = new JsonArray([.. files.Select(f => (JsonNode)f)]) } : new JsonObject(),
            ["Storage"] = new JsonObject { ["MetadataPath"] = found.MetaDirectory, ["TLSPath"] = found.TlsDirectory },
        };
    }

    private static DavitException Wrong(string problem) => new(ErrorKind.InvalidArgument, "unable to create docker endpoint config: " + problem, "keys are from, host, ca, cert, key and skip-tls-verify");
}
