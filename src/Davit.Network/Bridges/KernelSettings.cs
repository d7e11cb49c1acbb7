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

    /// <summary>A value, or null where the kernel has no such setting.</summary>
    internal static string? Get(string name)
    {
        var path = $"{Root}/{name}";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <summary>Switches IPv6 forwarding on. A forwarding host ignores router advertisements unless told twice, and would lose its own default route.</summary>
    internal static bool TryForwardIPv6()
    {
        const string AcceptAlsoWhenForwarding = "2";
        if (Get("ipv6/conf/all/forwarding") == "1")
        {
            return true;
        }

        foreach (var directory in Directory.Exists($"{Root}/ipv6/conf") ? Directory.EnumerateDirectories($"{Root}/ipv6/conf") : [])
        {
            var name = $"ipv6/conf/{Path.GetFileName(directory)}/accept_ra";
            if (Get(name) == "1")
            {
                _ = TrySet(name, AcceptAlsoWhenForwarding);
            }
        }

        return TrySet("ipv6/conf/all/forwarding", "1");
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
