using System.Globalization;

namespace Davit.Engine.Top;

/// <summary>Names of the host's users.</summary>
internal static class HostUsers
{
    /// <summary>The name of a user in the host's /etc/passwd, else its number.</summary>
    public static string Name(uint uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        if (uid == 0) return "root";
        return File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == number)?[0] ?? number : number;
    }
}
