using Davit.Primitives;

namespace Davit.Engine.Mounts;

/// <summary>Options of <c>--tmpfs PATH:OPTIONS</c>.</summary>
internal static class TmpfsOptions
{
    private static readonly string[] Words =
    [
        "defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync", "remount", "mand", "nomand", "atime", "noatime", "diratime", "nodiratime",
        "bind", "rbind", "unbindable", "runbindable", "private", "rprivate", "shared", "rshared", "slave", "rslave", "relatime", "norelatime", "strictatime", "nostrictatime",
    ];

    private static readonly string[] Keys = ["mode", "size", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge"];

    /// <summary>The mount options; what is not said is <c>noexec,nosuid,nodev</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        List<string> options = ["noexec", "nosuid", "nodev"];
        foreach (var option in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var key = option.Split('=')[0];
            if (!Words.Contains(option) && !(option.Contains('=', StringComparison.Ordinal) && Keys.Contains(key)))
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"invalid tmpfs option \"{option}\"");
            }

            if (option is "defaults") continue;
            options.RemoveAll(earlier => earlier == option || earlier == "no" + option || option == "no" + earlier || (option.Contains('=', StringComparison.Ordinal) && earlier.StartsWith(key + "=", StringComparison.Ordinal)));
            options.Add(option);
        }

        return options;
    }
}
