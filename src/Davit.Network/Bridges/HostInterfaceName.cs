using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Davit.Primitives;

namespace Davit.Network.Bridges;

/// <summary>Names of interfaces on the host: the instance's prefix and eight hexadecimal digits, with a dash between for bridges. The fixed length keeps instances apart whose prefixes begin alike.</summary>
internal static class HostInterfaceName
{
    private const int Digits = 8;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>A fresh name for the host's end of a veth pair.</summary>
    internal static string New(Instance instance) => instance.InterfacePrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Digits / 2));

    /// <summary>Name of a network's bridge.</summary>
    internal static string ForBridge(Instance instance, string networkId) => $"{instance.InterfacePrefix}-{networkId[..Digits]}";

    /// <summary>Whether a name can be one of <see cref="New"/>.</summary>
    internal static bool Is(Instance instance, string name) => Matches(name, instance.InterfacePrefix);

    /// <summary>Whether a name can be one of <see cref="ForBridge"/>.</summary>
    internal static bool IsBridge(Instance instance, string name) => Matches(name, instance.InterfacePrefix + "-");

    /// <summary>A group of interfaces that only this instance uses, for those that go.</summary>
    internal static uint GroupOf(Instance instance) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(instance.InterfacePrefix + "/" + instance.Bridge))) | 0x40000000;

    private static bool Matches(string name, string prefix) =>
        name.Length == prefix.Length + Digits && name.StartsWith(prefix, StringComparison.Ordinal) && !name.AsSpan(prefix.Length).ContainsAnyExcept(HexDigits);
}
