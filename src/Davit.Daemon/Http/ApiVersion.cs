using System.Globalization;
using Davit.Primitives;

namespace Davit.Daemon.Http;

/// <summary>A version of the Engine API, <c>1.N</c>.</summary>
/// <param name="Minor">N.</param>
internal readonly record struct ApiVersion(int Minor) : IComparable<ApiVersion>
{
    private static readonly System.Buffers.SearchValues<char> VersionCharacters = System.Buffers.SearchValues.Create("0123456789.");

    /// <summary>Highest version spoken.</summary>
    public static readonly ApiVersion Highest = new(51);

    /// <summary>Lowest version spoken.</summary>
    public static readonly ApiVersion Lowest = new(24);

    /// <summary>Splits <c>/v1.41/info</c> into version and path; without a prefix the version is the highest.</summary>
    /// <exception cref="DavitException">InvalidArgument, with Docker's text: too old or too new.</exception>
    public static (ApiVersion Version, string Path) Split(string path)
    {
        if (path.Length < 3 || path[0] != '/' || path[1] != 'v' || !char.IsAsciiDigit(path[2])) return (Highest, path);
        var end = path.IndexOf('/', 1);
        if (end < 0) end = path.Length;
        var text = path[2..end];
        var rest = path[end..];
        if (text.AsSpan().ContainsAnyExcept(VersionCharacters)) return (Highest, path);
        var parts = text.Split('.');
        int major = 0, minor = 0;
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, null, out major) || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, null, out minor)))
        {
            return (Highest, path);
        }

        if (major < 1 || (major == 1 && minor < Lowest.Minor))
        {
            throw new DavitException(ErrorKind.InvalidArgument,
                $"client version {text} is too old. Minimum supported API version is {Lowest}, please upgrade your client to a newer version");
        }

        if (major > 1 || minor > Highest.Minor)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"client version {text} is too new. Maximum supported API version is {Highest}");
        }

        return (new ApiVersion(minor), rest);
    }

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => Minor.CompareTo(other.Minor);

    /// <inheritdoc/>
    public override string ToString() => $"1.{Minor}";

    /// <summary>Order.</summary>
    public static bool operator <(ApiVersion left, ApiVersion right) => left.Minor < right.Minor;

    /// <summary>Order.</summary>
    public static bool operator >(ApiVersion left, ApiVersion right) => left.Minor > right.Minor;

    /// <summary>Order.</summary>
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.Minor <= right.Minor;

    /// <summary>Order.</summary>
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.Minor >= right.Minor;
}
