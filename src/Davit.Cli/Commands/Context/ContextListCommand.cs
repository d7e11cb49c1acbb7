using Davit.Cli.Config;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;

namespace Davit.Cli.Commands.Context;

/// <summary><c>context ls</c>.</summary>
internal static class ContextListCommand
{
    private const int Shown = 45;

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal) { ["Name"] = "NAME", ["Description"] = "DESCRIPTION", ["DockerEndpoint"] = "DOCKER ENDPOINT", ["Current"] = "CURRENT", ["Error"] = "ERROR" };

    internal static Task<int> RunAsync(CliContext context, Arguments a)
    {
        var current = EndpointChoice.ContextName(context.Globals, context.Config);
        var contexts = new ContextStore(context.Config.Directory).All().Select(c => (c.Name, c.Description, c.Host)).ToList();
        contexts.Insert(0, ("default", "Current DOCKER_HOST based configuration", EndpointChoice.HostVariable() ?? EndpointChoice.DefaultHost));
        if (a.Is("quiet")) foreach (var item in contexts) context.Out.WriteLine(item.Name);
        else
        {
            // the table marks the current one; other formats have a field for it
            var table = a.Value("format") is not { } format || format.StartsWith("table", StringComparison.Ordinal);
            Table.Write(context.Out, a.Value("format"), "{{.Name}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}", Headings, contexts.Select(c => (ITemplateRecord)new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["Current"] = c.Name == current, ["Description"] = table && c.Description.Length > Shown ? c.Description[..(Shown - 1)] + "…" : c.Description, ["DockerEndpoint"] = c.Host, ["Error"] = "", ["Name"] = table && c.Name == current ? c.Name + " *" : c.Name,
            })));
        }

        if (EndpointChoice.HostVariable() is not null && !context.Globals.Has("context") && !context.Globals.Has("host"))
        {
            context.Out.Flush();
            var variable = Environment.GetEnvironmentVariable("DAVIT_HOST") is { Length: > 0 } ? "DAVIT_HOST" : "DOCKER_HOST";
            context.Error.WriteLine($"Warning: {variable} environment variable overrides the active context. To use a context, either set the global --context flag, or unset {variable} environment variable.");
        }

        return Task.FromResult(0);
    }
}
