using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary><c>version</c>: this client, then the engine.</summary>
internal static class VersionCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var template = a.Value("format") is { } format ? Formats.Parse(format == "json" ? "{{json .}}" : format) : null;
        JsonElement? server = null;
        DavitException? problem = null;
        try
        {
            server = await context.Engine.JsonAsync("GET", "/version");
        }
        catch (DavitException e) when (e.Kind == ErrorKind.Unavailable)
        {
            problem = e;
        }

        var current = EndpointChoice.ContextName(context.Globals, context.Config);
        var client = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Version"] = CommandDispatcher.Version, ["ApiVersion"] = context.Engine.Version, ["APIVersion"] = context.Engine.Version, ["DefaultAPIVersion"] = Http.EngineClient.NewestVersion, ["RuntimeVersion"] = Environment.Version.ToString(), ["Os"] = "linux", ["Arch"] = "amd64", ["Context"] = current,
        };
        if (template is not null)
        {
            var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Client"] = new Row(client), ["Server"] = server is { } s ? ServerFields(s) : null };
            context.Out.WriteLine(Formats.Execute(template, new Row(all)));
        }
        else
        {
            context.Out.WriteLine($"Client: Davit\n Version:           {CommandDispatcher.Version}\n API version:       {context.Engine.Version}\n OS/Arch:           linux/amd64\n Context:           {current}");
            if (server is { } s) context.Out.WriteLine("\n" + Describe(s));
        }

        return problem is null ? 0 : throw problem;
    }

    private static string Describe(JsonElement server)
    {
        string T(string name) => server.TryGetProperty(name, out var value) ? value.ToString() : "";
        var platform = server.TryGetProperty("Platform", out var p) && p.TryGetProperty("Name", out var n) ? n.GetString() : "";
        return $"Server: {platform}\n Engine:\n  Version:          {T("Version")}\n  API version:      {T("ApiVersion")} (minimum version {T("MinAPIVersion")})\n  OS/Arch:          {T("Os")}/{T("Arch")}\n  Kernel:           {T("KernelVersion")}";
    }

    private static Dictionary<string, object?> ServerFields(JsonElement server)
    {
        var fields = server.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value, StringComparer.Ordinal);
        fields["APIVersion"] = fields.GetValueOrDefault("ApiVersion");
        return fields;
    }
}
