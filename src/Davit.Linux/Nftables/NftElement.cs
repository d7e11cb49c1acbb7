using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Davit.Linux.Nftables;

/// <summary>An element of a set or map, in register form.</summary>
/// <param name="Key">Key, or the lower end of its range.</param>
/// <param name="KeyEnd">Upper end, inclusive, or null for a single key.</param>
/// <param name="Value">Value, or null for an element of a set.</param>
public sealed record NftElement(byte[] Key, byte[]? KeyEnd = null, byte[]? Value = null)
{
    /// <summary>Register form of fields: each padded to 32 bits.</summary>
    /// <param name="fields"><see cref="IPAddress"/>, <see cref="byte"/> protocol, <see cref="ushort"/> port or <see cref="string"/> interface name.</param>
    public static byte[] Registers(params ReadOnlySpan<object> fields)
    {
        Span<byte> all = stackalloc byte[64];
        var length = 0;
        foreach (var field in fields)
        {
            var part = all.Slice(length, field is string ? 16 : field is IPAddress { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } ? 16 : 4);
            part.Clear();
            switch (field)
            {
                case IPAddress address:
                    address.TryWriteBytes(part, out _);
                    break;
                case byte protocol:
                    part[0] = protocol;
                    break;
                case ushort port:
                    BinaryPrimitives.WriteUInt16BigEndian(part, port);
                    break;
                case string name:
                    Encoding.UTF8.GetBytes(name, part[..15]);
                    break;
                default:
                    throw new ArgumentException($"field of type {field.GetType().Name}", nameof(fields));
            }

            length += part.Length;
        }

        return all[..length].ToArray();
    }
}
