using Davit.Engine.Containers.Model;
using Davit.Primitives;

namespace Davit.Engine.Mounts;

/// <summary>Reads <c>-v</c> in the form <c>SOURCE:DESTINATION[:MODE]</c> or <c>DESTINATION</c>.</summary>
internal static class BindParser
{
    public static MountModel Parse(string text, string driver)
    {
        var parts = text.Split(':');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0) && !(parts.Length == 3 && parts[2].Length == 0)) throw Invalid(text);
        if (parts.Length == 1)
        {
            return new MountModel { Type = "volume", Destination = Destination(text, parts[0], "volume"), Anonymous = true, Driver = Driver(driver) };
        }

        var isBind = parts[0].StartsWith('/');
        var type = isBind ? "bind" : "volume";
        var modeText = parts.Length == 3 ? parts[2] : "";
        var mode = MountMode.Parse(modeText, isBind);
        var destination = Destination(text, parts[1], type);
        return isBind
            ? new MountModel
            {
                Type = type, Source = ContainerPath.Clean(parts[0]), Destination = destination, Mode = modeText, ReadOnly = mode.ReadOnly,
                Propagation = mode.Propagation.Length == 0 ? "rprivate" : mode.Propagation, CreateSource = true,
            }
            : new MountModel
            {
                Type = type, Volume = parts[0], Destination = destination, Mode = modeText.Length == 0 ? "z" : modeText, ReadOnly = mode.ReadOnly,
                NoCopy = mode.NoCopy, Driver = Driver(driver),
            };
    }

    private static string Driver(string driver) => driver.Length == 0 ? "local" : driver;

    private static string Destination(string text, string destination, string type)
    {
        if (!destination.StartsWith('/'))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid volume specification: '{text}': invalid mount config for type \"{type}\": invalid mount path: '{destination}' mount path must be absolute");
        }

        var clean = ContainerPath.Clean(destination);
        return clean != "/" ? clean
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid volume specification: '{text}': invalid mount config for type \"{type}\": invalid specification: destination can't be '/'");
    }

    private static DavitException Invalid(string text) => new(ErrorKind.InvalidArgument, $"invalid volume specification: '{text}'");
}
