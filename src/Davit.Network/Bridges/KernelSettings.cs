using Davit.Primitives;

namespace Davit.Network.Bridges;

/// <summary>Settings below /proc/sys/net of the calling thread's network namespace.</summary>
internal static class KernelSettings
{
    private const string Root = "/proc/sys/net";

    /// <summary>Sets a value unless it is there already.</summary>
    /// <exception cref="DavitException">Internal, naming the setting.</exception>
    internal static void Set(string name, string value)
    {
        var path = $"{Root}/{name}";
        try
        {
            if (File.ReadAllText(path).Trim() != value)
            {
                File.WriteAllText(path, value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DavitException(ErrorKind.Internal, $"could not set {path} to {value}: {e.Message}", inner: e);
        }
    }

    /// <summary>Sets a value where the kernel has the setting and lets us.</summary>
    internal static bool TrySet(string name, string value)
    {
        try
        {
            Set(name, value);
            return true;
        }
        catch (DavitException)
        {
            return false;
        }
    }
}
