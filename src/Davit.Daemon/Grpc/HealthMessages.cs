using Grpc.Core;

namespace Davit.Daemon.Grpc;

/// <summary>The two messages of grpc.health.v1, each of one field, read and written by hand: a generated protocol library would cost more than it does.</summary>
internal static class HealthMessages
{
    /// <summary>Name of the asked service: field 1, a string.</summary>
    public static Marshaller<string> Request { get; } = new(WriteRequest, ReadRequest);

    /// <summary>Serving status: field 1, an enumeration.</summary>
    public static Marshaller<HealthAnswer> Response { get; } = new(WriteResponse, ReadResponse);

    private static byte[] WriteRequest(string service)
    {
        var text = System.Text.Encoding.UTF8.GetBytes(service);
        return text.Length is 0 or > 127 ? [] : [0x0A, (byte)text.Length, .. text];
    }

    private static string ReadRequest(byte[] bytes)
    {
        var position = 0;
        var service = "";
        while (position < bytes.Length)
        {
            var tag = Varint(bytes, ref position);
            switch (tag & 7)
            {
                case 0:
                    Varint(bytes, ref position);
                    break;
                case 1:
                    position += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref position);
                    if (length < 0 || length > bytes.Length - position) throw new RpcException(new Status(StatusCode.InvalidArgument, "truncated message"));
                    if (tag >> 3 == 1) service = System.Text.Encoding.UTF8.GetString(bytes, position, length);
                    position += length;
                    break;
                case 5:
                    position += 4;
                    break;
                default:
                    throw new RpcException(new Status(StatusCode.InvalidArgument, $"unknown wire type {tag & 7}"));
            }
        }

        return service;
    }

    private static byte[] WriteResponse(HealthAnswer answer) => answer.Status == HealthStatus.Unknown ? [] : [0x08, (byte)answer.Status];

    private static HealthAnswer ReadResponse(byte[] bytes) => new(bytes is [0x08, var status, ..] ? (HealthStatus)status : HealthStatus.Unknown);

    private static ulong Varint(byte[] bytes, ref int position)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position >= bytes.Length) throw new RpcException(new Status(StatusCode.InvalidArgument, "truncated message"));
            var next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new RpcException(new Status(StatusCode.InvalidArgument, "number too long"));
    }
}
