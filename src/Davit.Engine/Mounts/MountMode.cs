using Davit.Primitives;

namespace Davit.Engine.Mounts;

/// <summary>The mode after the second colon of <c>-v</c>.</summary>
internal readonly record struct MountMode(bool ReadOnly, string Propagation, bool NoCopy)
{
    private static readonly string[] Propagations = ["private", "rprivate", "slave", "rslave", "shared", "rshared"];

    /// <exception cref="DavitException">InvalidArgument: <c>invalid mode: x</c>.</exception>
    public static MountMode Parse(string mode, bool isBind)
    {
        if (mode.Length == 0) return new MountMode(false, "", false);
        var access = 0;
        var label = 0;
        var copy = 0;
        var consistency = 0;
        var propagation = "";
        var readOnly = false;
        var noCopy = false;
        foreach (var word in mode.Split(','))
        {
            switch (word)
            {
                case "ro" or "rw":
                    readOnly = word == "ro";
                    access++;
                    break;
                case "z" or "Z":
                    label++; // labels are SELinux's, which is not used: accepted and without effect, as with Docker on such hosts
                    break;
                case "nocopy" when !isBind:
                    noCopy = true;
                    copy++;
                    break;
                case "consistent" or "cached" or "delegated":
                    consistency++;
                    break;
                case var _ when isBind && Propagations.Contains(word) && propagation.Length == 0:
                    propagation = word;
                    break;
                default:
                    throw Invalid(mode);
            }
        }

        if (access > 1 || label > 1 || copy > 1 || consistency > 1) throw Invalid(mode);
        return new MountMode(readOnly, propagation, noCopy);
    }

    private static DavitException Invalid(string mode) => new(ErrorKind.InvalidArgument, $"invalid mode: {mode}");

    public static bool IsPropagation(string text) => Propagations.Contains(text);
}
