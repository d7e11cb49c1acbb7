using Davit.Cli.Output;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary><c>--mount type=…,source=…,target=…</c>.</summary>
internal static class MountFlags
{
    internal static MountRequest Parse(string text)
    {
        var mount = new MountRequest { Type = "volume" };
        BindOptions? bind = null;
        VolumeOptions? volume = null;
        TmpfsOptions? tmpfs = null;
        ImageMountOptions? image = null;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var driverOptions = new Dictionary<string, string>(StringComparer.Ordinal);
        string? driver = null;
        foreach (var field in Fields(text))
        {
            var equal = field.IndexOf('=', StringComparison.Ordinal);
            var key = (equal < 0 ? field : field[..equal]).ToLowerInvariant();
            var value = equal < 0 ? "" : field[(equal + 1)..];
            bool Truth() => equal < 0 || value is "true" or "1" || (value is "false" or "0" ? false : throw Invalid(text, $"invalid value for {key}: {value}"));
            if (equal < 0 && key is not ("readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive" or "bind-create-src")) throw Invalid(text, $"invalid field '{field}' must be a key=value pair");
            switch (key)
            {
                case "type": mount.Type = value.ToLowerInvariant(); break;
                case "source" or "src": mount.Source = value.StartsWith('.') ? Path.GetFullPath(value) : value; break;
                case "target" or "dst" or "destination": mount.Target = value; break;
                case "readonly" or "ro": mount.ReadOnly = Truth(); break;
                case "consistency": mount.Consistency = value.ToLowerInvariant(); break;
                case "bind-propagation": (bind ??= new()).Propagation = value.ToLowerInvariant(); break;
                case "bind-nonrecursive": (bind ??= new()).NonRecursive = Truth(); break;
                case "bind-create-src": (bind ??= new()).CreateMountpoint = Truth(); break;
                case "bind-recursive":
                    bind ??= new();
                    if (value == "disabled") bind.NonRecursive = true;
                    else if (value == "writable") bind.ReadOnlyNonRecursive = true;
                    else if (value == "readonly") bind.ReadOnlyForceRecursive = true;
                    else if (value != "enabled") throw Invalid(text, $"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
                    break;
                case "volume-subpath": (volume ??= new()).Subpath = value; break;
                case "volume-nocopy": (volume ??= new()).NoCopy = Truth(); break;
                case "volume-label": labels[value.Split('=', 2)[0]] = value.Contains('=', StringComparison.Ordinal) ? value.Split('=', 2)[1] : ""; break;
                case "volume-driver": driver = value; break;
                case "volume-opt": driverOptions[value.Split('=', 2)[0]] = value.Contains('=', StringComparison.Ordinal) ? value.Split('=', 2)[1] : ""; break;
                case "image-subpath": (image ??= new()).Subpath = value; break;
                case "tmpfs-size": (tmpfs ??= new()).SizeBytes = Human.Bytes(value); break;
                case "tmpfs-mode": (tmpfs ??= new()).Mode = Convert.ToInt64(value, 8); break;
                default: throw Invalid(text, $"unknown option '{key}' in '{field}'");
            }
        }

        if (mount.Target is null) throw Invalid(text, "target is required");
        if (labels.Count > 0) (volume ??= new()).Labels = labels;
        if (driver is not null || driverOptions.Count > 0) (volume ??= new()).DriverConfig = new VolumeDriverConfig { Name = driver ?? "", Options = driverOptions.Count > 0 ? driverOptions : null };
        if (volume is not null && mount.Type != "volume") throw Invalid(text, $"cannot mix 'volume-*' options with mount type '{mount.Type}'");
        if (bind is not null && mount.Type != "bind") throw Invalid(text, $"cannot mix 'bind-*' options with mount type '{mount.Type}'");
        if (tmpfs is not null && mount.Type != "tmpfs") throw Invalid(text, $"cannot mix 'tmpfs-*' options with mount type '{mount.Type}'");
        mount.BindOptions = bind;
        mount.VolumeOptions = volume;
        mount.TmpfsOptions = tmpfs;
        mount.ImageOptions = image;
        return mount;
    }

    /// <summary>Fields of one line of CSV: commas inside double quotes don't separate.</summary>
    internal static IEnumerable<string> Fields(string text)
    {
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var c in text)
        {
            if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                yield return field.ToString();
                field.Clear();
            }
            else field.Append(c);
        }

        yield return field.ToString();
    }

    private static DavitException Invalid(string text, string reason) => new(ErrorKind.InvalidArgument, reason, $"\"{text}\": write type=bind,source=/host,target=/container");
}
