using System.Globalization;
using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Daemon.Composition;

/// <summary>Gives a file to a group by name or number.</summary>
internal static class GroupOwner
{
    private const int CurrentDirectory = -100;

    /// <summary>False when there is no such group.</summary>
    public static bool TryGive(string path, string group)
    {
        if (Find(group) is not { } id) return false;
        var errno = DirectoryCalls.ChangeOwner(CurrentDirectory, path, uint.MaxValue, id);
        if (errno != Errno.None) throw new LinuxException(errno, "chown", path);
        return true;
    }

    private static uint? Find(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        if (!File.Exists("/etc/group")) return null;
        foreach (var line in File.ReadLines("/etc/group"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == group && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return id;
        }

        return null;
    }
}
