using System.Collections.Concurrent;
using Davit.Oci.Runtime;
using Davit.Runtime.Defaults;

namespace Davit.Runtime.Seccomp;

/// <summary>Profiles for containers: the same question gets the same object, so that its program is compiled once.</summary>
public sealed class SeccompSource
{
    private const int Kept = 64;
    private readonly ConcurrentDictionary<string, SeccompSpec> _known = new(StringComparer.Ordinal);

    /// <summary>The profile for a container.</summary>
    /// <param name="profile">Docker's JSON, or null for the default.</param>
    /// <param name="capabilities">Capabilities that the container is given.</param>
    /// <exception cref="Davit.Primitives.DavitException">Not a profile.</exception>
    public SeccompSpec For(string? profile, IReadOnlyList<string> capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        if (_known.Count > Kept) _known.Clear();
        var key = $"{string.Join(',', capabilities.Order(StringComparer.Ordinal))}\n{profile}";
        return _known.GetOrAdd(key, _ => profile is null ? DefaultSeccomp.For(capabilities) : SeccompProfile.Read(profile, capabilities));
    }
}
