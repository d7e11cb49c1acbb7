using Davit.Primitives;

namespace Davit.Engine.Volumes;

/// <summary>Options of the <c>local</c> driver.</summary>
internal static class VolumeOptions
{
    public static void Validate(string? name, IReadOnlyDictionary<string, string>? options)
    {
        if (options is null || options.Count == 0) return;
        foreach (var (key, value) in options)
        {
            switch (key)
            {
                case "type" or "o" or "device":
                    break;
                case "size":
                    throw new DavitException(ErrorKind.InvalidArgument, $"create {name}: quota size requested but no quota support (size={value})", "leave out the option size, or put the volume on a file system of that size");
                default:
                    throw new DavitException(ErrorKind.InvalidArgument, $"create {name}: invalid option: \"{key}\"", "the driver local knows type, o and device");
            }
        }

        if (!options.ContainsKey("device") || options["device"].Length == 0) throw Missing(name, "device");
        if (!options.ContainsKey("type") || options["type"].Length == 0) throw Missing(name, "type");
    }

    private static DavitException Missing(string? name, string option) => new(ErrorKind.InvalidArgument, $"create {name}: missing required option: \"{option}\"");
}
