using Davit.Oci;

namespace Davit.Build.Cache;

/// <summary>Layers that one build relies on. Guarded by the cache.</summary>
internal sealed class PinSet
{
    public HashSet<Digest> Chains { get; } = [];
}
