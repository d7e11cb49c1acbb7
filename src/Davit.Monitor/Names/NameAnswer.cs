using System.Net;
using System.Net.Sockets;

namespace Davit.Monitor.Names;

/// <summary>Answers from the names files; what they do not know is for the upstreams.</summary>
internal sealed class NameAnswer(NameTable table)
{
    private readonly List<IPAddress> _addresses = [];
    private readonly List<byte[]> _names = [];
    private int _turn;

    /// <summary>Writes the reply to a query; returns its length, or 0 when the question must be forwarded.</summary>
    internal int TryAnswer(ReadOnlySpan<byte> query, DnsQuestion question, Span<byte> reply, int limit)
    {
        Span<byte> name = stackalloc byte[256];
        if (question.Class is not (DnsMessage.ClassIn or DnsMessage.TypeAny)
            || !DnsMessage.TryReadName(query.Slice(question.NameOffset, question.NameLength), name, out int length))
        {
            return 0;
        }

        name = name[..length];
        return question.Type == DnsMessage.TypePtr ? Pointer(query, question, name, reply, limit) : Addresses(query, question, name, reply, limit);
    }

    private int Pointer(ReadOnlySpan<byte> query, DnsQuestion question, ReadOnlySpan<byte> name, Span<byte> reply, int limit)
    {
        if (DnsMessage.ReverseAddress(name) is not { } address)
        {
            return 0;
        }

        _names.Clear();
        table.FindAddress(address, _names);
        if (_names.Count == 0)
        {
            return 0;
        }

        int length = DnsMessage.BeginReply(query, question, DnsMessage.CodeOk, reply);
        foreach (var found in _names)
        {
            DnsMessage.TryAddPointer(reply, ref length, limit, found);
        }

        return length;
    }

    private int Addresses(ReadOnlySpan<byte> query, DnsQuestion question, ReadOnlySpan<byte> name, Span<byte> reply, int limit)
    {
        _addresses.Clear();
        if (!table.TryFindName(name, _addresses))
        {
            return 0;
        }

        // A known name without an address of the asked family is an empty answer, never a question for the outside.
        int length = DnsMessage.BeginReply(query, question, DnsMessage.CodeOk, reply);
        int first = _addresses.Count == 0 ? 0 : (_turn++ & int.MaxValue) % _addresses.Count;
        for (int i = 0; i < _addresses.Count; i++)
        {
            var address = _addresses[(first + i) % _addresses.Count];
            bool wanted = question.Type == DnsMessage.TypeAny
                || question.Type == (address.AddressFamily == AddressFamily.InterNetwork ? DnsMessage.TypeA : DnsMessage.TypeAaaa);
            if (wanted && !DnsMessage.TryAddAddress(reply, ref length, limit, address))
            {
                DnsMessage.Truncate(reply);
                break;
            }
        }

        return length;
    }
}
