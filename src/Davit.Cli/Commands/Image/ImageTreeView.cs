using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Image;

/// <summary><c>images --tree</c>: names of an image together, its platforms below.</summary>
internal static class ImageTreeView
{
    internal static int Write(CliContext context, Arguments a, JsonElement images)
    {
        if (a.Has("format") || a.Is("quiet") || a.Is("no-trunc") || a.Is("digests")) throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, "--tree doesn't go with --format, --quiet, --no-trunc and --digests", "leave them out");
        var lines = new List<string[]> { new[] { "IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", "IN USE" } };
        foreach (var image in images.EnumerateArray())
        {
            var tags = image.GetProperty("RepoTags").EnumerateArray().Select(t => t.GetString()!).ToList();
            var used = image.TryGetProperty("Containers", out var count) && count.GetInt64() > 0 ? "yes" : "";
            foreach (var tag in tags.Count > 0 ? tags : ["<untagged>"]) lines.Add([tag, image.GetProperty("Id").GetString()![7..19], Human.Size(image.GetProperty("Size").GetDouble()), "", used]);
            if (!image.TryGetProperty("Manifests", out var manifests) || manifests.ValueKind != JsonValueKind.Array) continue;
            var platforms = manifests.EnumerateArray().Where(m => m.TryGetProperty("ImageData", out var data) && data.ValueKind == JsonValueKind.Object).ToList();
            for (var i = 0; i < platforms.Count; i++)
            {
                var platform = platforms[i].GetProperty("ImageData").GetProperty("Platform");
                var name = $"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}";
                var size = platforms[i].GetProperty("Size");
                lines.Add([$"{(i == platforms.Count - 1 ? "└─ " : "├─ ")}{name}", platforms[i].GetProperty("ID").GetString()![7..19], Human.Size(size.GetProperty("Total").GetDouble()), Human.Size(size.GetProperty("Content").GetDouble()), ""]);
            }
        }

        Table.Align(context.Out, lines);
        return 0;
    }
}
