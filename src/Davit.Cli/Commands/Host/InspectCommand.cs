using System.Text.Json;
using Davit.Cli.Commands.Image;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary><c>inspect</c>, <c>container inspect</c> and <c>image inspect</c>.</summary>
internal static class InspectCommand
{
    private static readonly string[] Swarm = ["config", "node", "plugin", "secret", "service", "task"];

    internal static Task<int> ContainersAsync(CliContext context, Arguments a) => Inspection.RunAsync(context, a.Words, a.Value("format"), name => context.Engine.JsonAsync("GET", ContainerPath(a, name)));

    internal static Task<int> ImagesAsync(CliContext context, Arguments a) => Inspection.RunAsync(context, a.Words, a.Value("format"), name => context.Engine.JsonAsync("GET", ImagePath(name) + Query.Of(("platform", Platforms.ToApi(a.Value("platform"))))));

    internal static Task<int> RunAsync(CliContext context, Arguments a)
    {
        var type = a.Value("type");
        (string Type, Func<string, string> Path)[] kinds = [("container", n => ContainerPath(a, n)), ("image", ImagePath), ("network", n => $"/networks/{Uri.EscapeDataString(n)}"), ("volume", n => $"/volumes/{Uri.EscapeDataString(n)}")];
        if (type is { Length: 0 }) throw new DavitException(ErrorKind.InvalidArgument, "type is empty: must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"");
        if (type is not null && Swarm.Contains(type)) throw new DavitException(ErrorKind.NotImplemented, $"objects of type \"{type}\" belong to swarms and plugins, which Davit does not have", "use container, image, network or volume");
        if (type is not null && kinds.All(k => k.Type != type)) throw new DavitException(ErrorKind.InvalidArgument, $"unknown type: \"{type}\": must be one of \"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"");
        return Inspection.RunAsync(context, a.Words, a.Value("format"), async name =>
        {
            foreach (var (kind, path) in kinds)
            {
                if (type is not null && type != kind) continue;
                try
                {
                    return await context.Engine.JsonAsync("GET", path(name));
                }
                catch (DavitException e) when (type is null && e.Kind is ErrorKind.NotFound or ErrorKind.InvalidArgument)
                {
                    // perhaps it is something of the next kind
                    if (type is not null) throw;
                }
            }

            throw new DavitException(ErrorKind.NotFound, $"Error: No such object: {name}", "davit ps -a, davit images, davit network ls and davit volume ls list what there is");
        });
    }

    private static string ContainerPath(Arguments a, string name) => $"/containers/{Uri.EscapeDataString(name)}/json" + (a.Is("size") ? "?size=1" : "");

    private static string ImagePath(string name) => $"/images/{PullCommand.Escape(name)}/json";
}
