using System.Text.Json.Nodes;
using Davit.DockerApi.Containers;
using Davit.DockerApi.Host;
using Davit.DockerApi.Images;

namespace Davit.Daemon.Versions;

/// <summary>What older clients get in place of the highest version's fields. Found by asking Docker 28 for each answer in each version.</summary>
internal static class FieldRules
{
    private static readonly string[] ImageFlags = ["AttachStdin", "AttachStdout", "AttachStderr", "OpenStdin", "StdinOnce", "Tty"];
    private static readonly string[] ImageNames = ["Hostname", "Domainname", "Image"];

    /// <summary>The rules.</summary>
    public static IReadOnlyList<FieldRule> All { get; } =
    [
        .. ImageFlags.Select(name => new FieldRule(typeof(ImageInspect), 50, "Config." + name, static (_, owner, field) => owner[field]?.DeepClone() ?? false)),
        .. ImageNames.Select(name => new FieldRule(typeof(ImageInspect), 50, "Config." + name, static (_, owner, field) => owner[field]?.DeepClone() ?? "")),
        new(typeof(ImageInspect), 45, "ContainerConfig", static (_, _, _) => EmptyConfig()),
        new(typeof(ImageInspect), 44, "VirtualSize", static (_, owner, _) => owner["Size"]?.DeepClone()),
        new(typeof(ContainerInspect), 45, "NetworkSettings.Networks.*.Aliases", static (root, owner, field) => Aliases(root, owner, field)),
        new(typeof(SystemInfo), 50, "BridgeNfIptables", static (_, _, _) => false),
        new(typeof(SystemInfo), 50, "BridgeNfIp6tables", static (_, _, _) => false),
        new(typeof(SystemInfo), 49, "FirewallBackend"),
        new(typeof(SystemInfo), 48, "RuncCommit.Expected", static (_, owner, _) => owner["ID"]?.DeepClone()),
        new(typeof(SystemInfo), 48, "ContainerdCommit.Expected", static (_, owner, _) => owner["ID"]?.DeepClone()),
        new(typeof(SystemInfo), 48, "InitCommit.Expected", static (_, owner, _) => owner["ID"]?.DeepClone()),
        new(typeof(SystemInfo), 42, "KernelMemory", static (_, _, _) => false),
        new(typeof(DiskUsage), 42, "BuilderSize", static (root, _, _) => (root["BuildCache"] as JsonArray)?.Sum(record => (long?)record?["Size"] ?? 0) ?? 0),
        new(typeof(SystemInfo), 47, "RegistryConfig.AllowNondistributableArtifactsCIDRs", static (_, _, _) => null),
        new(typeof(SystemInfo), 47, "RegistryConfig.AllowNondistributableArtifactsHostnames", static (_, _, _) => null),
    ];

    /// <summary>Names that the resolver knows stood among the aliases before they had a field of their own.</summary>
    private static JsonNode? Aliases(JsonNode root, JsonObject endpoint, string field)
    {
        var aliases = endpoint[field]?.DeepClone();
        if (endpoint["DNSNames"] is not JsonArray { Count: > 0 }) return aliases; // a network without a resolver
        var list = aliases as JsonArray ?? [];
        foreach (var name in (string?[])[((string?)root["Id"])?[..12], (string?)root["Config"]?["Hostname"]])
        {
            if (!string.IsNullOrEmpty(name) && !list.Any(known => (string?)known == name)) list.Add((JsonNode)name);
        }

        return list;
    }

    /// <summary>The configuration of the container that an image was committed from, which no image has had for long.</summary>
    private static JsonObject EmptyConfig()
    {
        var config = new JsonObject();
        foreach (var name in (string[])["Hostname", "Domainname", "User", "Image", "WorkingDir"]) config[name] = "";
        foreach (var name in ImageFlags) config[name] = false;
        foreach (var name in (string[])["Env", "Cmd", "Volumes", "Entrypoint", "OnBuild", "Labels"]) config[name] = null;
        return config;
    }
}
