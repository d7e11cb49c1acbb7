using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Commands.Image;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary>version, info, login, logout, inspect, events, system df, system prune, builder prune.</summary>
internal static class HostCommands
{
    internal static async Task<int> VersionAsync(CliContext context, Arguments a)
    {
        JsonElement? server = null;
        DavitException? problem = null;
        try
        {
            server = await context.Engine.JsonAsync("GET", "/version");
        }
        catch (DavitException e)
        {
            problem = e;
        }

        var client = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Version"] = Cli.Version, ["APIVersion"] = context.Engine.Version, ["ApiVersion"] = context.Engine.Version, ["Os"] = "linux", ["Arch"] = "amd64", ["Context"] = "default", ["RuntimeVersion"] = Environment.Version.ToString() };
        if (a.Value("format") is { } format)
        {
            var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Client"] = client, ["Server"] = server is { } s ? ServerFields(s) : null };
            context.Out.WriteLine(Template.Parse(format == "json" ? "{{json .}}" : format).Execute(all));
        }
        else
        {
            context.Out.WriteLine($"Client: Davit\n Version:           {Cli.Version}\n API version:       {context.Engine.Version}\n OS/Arch:           linux/amd64\n Context:           default");
            if (server is { } s)
            {
                string T(string name) => s.TryGetProperty(name, out var value) ? value.ToString() : "";
                context.Out.WriteLine($"\nServer: {(s.TryGetProperty("Platform", out var p) && p.TryGetProperty("Name", out var n) ? n.GetString() : "Davit")}\n Engine:\n  Version:          {T("Version")}\n  API version:      {T("ApiVersion")} (minimum version {T("MinAPIVersion")})\n  OS/Arch:          {T("Os")}/{T("Arch")}\n  Kernel:           {T("KernelVersion")}");
            }
        }

        return problem is null ? 0 : throw problem;
    }

    private static Dictionary<string, object?> ServerFields(JsonElement server)
    {
        var fields = server.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value, StringComparer.Ordinal);
        fields["APIVersion"] = fields.GetValueOrDefault("ApiVersion");
        return fields;
    }

    internal static async Task<int> InfoAsync(CliContext context, Arguments a)
    {
        var info = await context.Engine.JsonAsync("GET", "/info");
        if (a.Value("format") is { } format)
        {
            context.Out.WriteLine(format == "json" ? info.GetRawText() : Template.Parse(format).Execute(info));
            return 0;
        }

        string T(string name) => info.TryGetProperty(name, out var value) ? value.ToString() : "";
        context.Out.WriteLine($"Client: Davit\n Version:    {Cli.Version}\n Context:    default\n\nServer:");
        context.Out.WriteLine($" Containers: {T("Containers")}\n  Running: {T("ContainersRunning")}\n  Paused: {T("ContainersPaused")}\n  Stopped: {T("ContainersStopped")}\n Images: {T("Images")}\n Server Version: {T("ServerVersion")}\n Storage Driver: {T("Driver")}");
        context.Out.WriteLine($" Logging Driver: {T("LoggingDriver")}\n Cgroup Driver: {T("CgroupDriver")}\n Cgroup Version: {T("CgroupVersion")}\n Kernel Version: {T("KernelVersion")}\n Operating System: {T("OperatingSystem")}\n OSType: {T("OSType")}\n Architecture: {T("Architecture")}");
        context.Out.WriteLine($" CPUs: {T("NCPU")}\n Total Memory: {Human.BinarySize(info.TryGetProperty("MemTotal", out var m) ? m.GetDouble() : 0)}\n Name: {T("Name")}\n ID: {T("ID")}\n Root Dir: {T("DockerRootDir")}");
        if (info.TryGetProperty("Warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array) foreach (var warning in warnings.EnumerateArray()) context.Error.WriteLine(warning.GetString());
        return 0;
    }

    internal static async Task<int> LoginAsync(CliContext context, Arguments a)
    {
        var registry = a.Words.Count > 0 ? a.Words[0] : "docker.io";
        if (a.Is("password-stdin") && a.Has("password")) throw new DavitException(ErrorKind.InvalidArgument, "--password and --password-stdin are mutually exclusive", "use --password-stdin");
        if (a.Is("password-stdin") && a.Value("username") is null) throw new DavitException(ErrorKind.InvalidArgument, "the --password-stdin option requires --username to be set", "add -u USER");
        if (a.Has("password")) context.Error.WriteLine("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        var user = a.Value("username");
        if (user is null)
        {
            if (!context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "cannot perform an interactive login from a non-TTY device", "use -u USER --password-stdin");
            context.Out.Write("Username: ");
            context.Out.Flush();
            user = Console.In.ReadLine() ?? "";
        }

        string secret;
        if (a.Is("password-stdin")) secret = (await Console.In.ReadToEndAsync()).TrimEnd('\r', '\n');
        else if (a.Value("password") is { } given) secret = given;
        else
        {
            context.Out.Write("Password: ");
            context.Out.Flush();
            secret = Terminal.ReadSecret(Console.In);
            context.Out.WriteLine();
        }

        var answer = await Json.PostAsync(context, "/auth", new JsonObject { ["username"] = user, ["password"] = secret, ["serveraddress"] = registry == "docker.io" ? "https://index.docker.io/v1/" : registry });
        context.Config.Store(registry, answer.TryGetProperty("IdentityToken", out var token) && token.GetString() is { Length: > 0 } identity ? ("<token>", identity) : (user, secret));
        context.Out.WriteLine(answer.TryGetProperty("Status", out var status) ? status.GetString() : "Login Succeeded");
        return 0;
    }

    internal static Task<int> LogoutAsync(CliContext context, Arguments a)
    {
        var registry = a.Words.Count > 0 ? a.Words[0] : "docker.io";
        context.Out.WriteLine(context.Config.Store(registry, null) ? $"Removing login credentials for {(registry == "docker.io" ? "https://index.docker.io/v1/" : registry)}" : $"Not logged in to {registry}");
        return Task.FromResult(0);
    }

    internal static Task<int> InspectAsync(CliContext context, Arguments a)
    {
        var type = a.Value("type");
        (string Type, Func<string, string> Path)[] kinds =
        [
            ("container", n => $"/containers/{n}/json" + (a.Is("size") ? "?size=1" : "")), ("image", n => $"/images/{PullCommand.Escape(n)}/json"), ("network", n => $"/networks/{n}"), ("volume", n => $"/volumes/{n}"),
        ];
        if (type is not null && kinds.All(k => k.Type != type)) throw new DavitException(ErrorKind.InvalidArgument, $"unknown type: \"{type}\"", "use container, image, network or volume");
        return Inspection.RunAsync(context, a.Words, a.Value("format"), async name =>
        {
            foreach (var (kind, path) in kinds)
            {
                if (type is not null && type != kind) continue;
                try
                {
                    return await context.Engine.JsonAsync("GET", path(name));
                }
                catch (DavitException e) when (type is null && e.Kind == ErrorKind.NotFound)
                {
                    // perhaps it is something of the next kind
                }
            }

            throw new DavitException(ErrorKind.NotFound, $"Error: No such object: {name}");
        });
    }

    internal static async Task<int> EventsAsync(CliContext context, Arguments a)
    {
        var template = a.Value("format") is { } format ? Template.Parse(format == "json" ? "{{json .}}" : format) : null;
        using var response = await context.Engine.RequestAsync("GET", "/events" + Query.Of(("since", Times.ToApi(a.Value("since"), context.Time)), ("until", Times.ToApi(a.Value("until"), context.Time)), ("filters", Query.Filters(a))));
        await foreach (var item in JsonLines.ReadAsync(response.Body, CancellationToken.None))
        {
            if (template is not null) context.Out.WriteLine(template.Execute(item));
            else
            {
                var actor = item.GetProperty("Actor");
                var attributes = actor.TryGetProperty("Attributes", out var all) && all.ValueKind == JsonValueKind.Object ? string.Join(", ", all.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value.GetString()}")) : "";
                var nanoseconds = item.GetProperty("timeNano").GetInt64();
                var moment = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime();
                context.Out.WriteLine($"{moment.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)}{nanoseconds % 100:d2}{moment.ToString("zzz", CultureInfo.InvariantCulture)} {item.GetProperty("Type").GetString()} {item.GetProperty("Action").GetString()} {actor.GetProperty("ID").GetString()}{(attributes.Length > 0 ? $" ({attributes})" : "")}");
            }

            context.Out.Flush();
        }

        return 0;
    }

    internal static async Task<int> DiskUsageAsync(CliContext context, Arguments a)
    {
        var usage = await context.Engine.JsonAsync("GET", "/system/df");
        List<JsonElement> List(string name) => usage.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
        static double Number(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        var images = List("Images");
        var containers = List("Containers");
        var volumes = List("Volumes");
        var cache = List("BuildCache");
        var layers = usage.TryGetProperty("LayersSize", out var size) ? size.GetDouble() : 0;
        var usedImages = images.Count(i => Number(i, "Containers") > 0);
        var running = containers.Count(c => c.GetProperty("State").GetString() is "running" or "paused");
        double Volume(JsonElement v, string name) => v.TryGetProperty("UsageData", out var data) && data.ValueKind == JsonValueKind.Object ? Math.Max(0, Number(data, name)) : 0;
        var unusedImages = images.Where(i => Number(i, "Containers") <= 0).Sum(i => Number(i, "Size") - Math.Max(0, Number(i, "SharedSize")));
        ITemplateRecord Line(string type, int total, int active, double bytes, double free) => new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Active"] = $"{active}", ["Reclaimable"] = Human.Size(Math.Max(0, free)) + (bytes > 0 && type != "Build Cache" ? $" ({(int)(Math.Max(0, Math.Min(free, bytes)) / bytes * 100)}%)" : ""), ["Size"] = Human.Size(bytes), ["TotalCount"] = $"{total}", ["Type"] = type,
        });
        Table.Write(context.Out, a.Value("format"), "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Type"] = "TYPE", ["TotalCount"] = "TOTAL", ["Active"] = "ACTIVE", ["Size"] = "SIZE", ["Reclaimable"] = "RECLAIMABLE" },
            [
                Line("Images", images.Count, usedImages, layers, unusedImages),
                Line("Containers", containers.Count, running, containers.Sum(c => Number(c, "SizeRw")), containers.Where(c => c.GetProperty("State").GetString() is not ("running" or "paused")).Sum(c => Number(c, "SizeRw"))),
                Line("Local Volumes", volumes.Count, volumes.Count(v => Volume(v, "RefCount") > 0), volumes.Sum(v => Volume(v, "Size")), volumes.Where(v => Volume(v, "RefCount") <= 0).Sum(v => Volume(v, "Size"))),
                Line("Build Cache", cache.Count, cache.Count(c => c.TryGetProperty("InUse", out var used) && used.GetBoolean()), cache.Sum(c => Number(c, "Size")), cache.Where(c => !(c.TryGetProperty("InUse", out var used) && used.GetBoolean())).Sum(c => Number(c, "Size"))),
            ]);
        return 0;
    }

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, $"WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n{(a.Is("volumes") ? "  - all anonymous volumes not used by at least one container\n" : "")}  - {(a.Is("all") ? "all images without at least one container associated to them" : "all dangling images")}\n  - unused build cache\n")) return 0;
        double total = 0;
        async Task Prune(string path, string title, string list)
        {
            using var response = await context.Engine.RequestAsync("POST", path);
            var result = EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
            if (result.TryGetProperty("SpaceReclaimed", out var space)) total += space.GetDouble();
            var shown = new JsonObject { [list] = result.TryGetProperty(list, out var items) ? JsonNode.Parse(items.GetRawText()) : null };
            Confirm.Report(context, EngineClient.Parse(Encoding.UTF8.GetBytes(shown.ToJsonString())), title, list);
        }

        await Prune("/containers/prune" + Query.Of(("filters", Query.Filters(a))), "Deleted Containers:", "ContainersDeleted");
        await Prune("/networks/prune" + Query.Of(("filters", Query.Filters(a))), "Deleted Networks:", "NetworksDeleted");
        if (a.Is("volumes")) await Prune("/volumes/prune" + Query.Of(("filters", Query.Filters(a))), "Deleted Volumes:", "VolumesDeleted");
        await Prune("/images/prune" + Query.Of(("filters", Query.Filters(a, ("dangling", a.Is("all") ? "false" : "true")))), "Deleted Images:", "ImagesDeleted");
        await Prune("/build/prune" + Query.Of(("all", a.Is("all") ? "1" : null)), "Deleted build cache objects:", "CachesDeleted");
        context.Out.WriteLine("Total reclaimed space: " + Human.Size(total));
        return 0;
    }

    internal static async Task<int> PruneBuilderAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, a.Is("all") ? "WARNING! This will remove all build cache." : "WARNING! This will remove all dangling build cache.")) return 0;
        using var response = await context.Engine.RequestAsync("POST", "/build/prune" + Query.Of(("all", a.Is("all") ? "1" : null), ("filters", Query.Filters(a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted build cache objects:", "CachesDeleted");
        return 0;
    }
}
