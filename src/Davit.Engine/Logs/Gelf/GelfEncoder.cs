using System.Buffers;
using System.Globalization;
using System.Text;
using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Gelf;

/// <summary>Writes lines as GELF 1.1 messages.</summary>
internal sealed class GelfEncoder
{
    private const int Error = 3, Information = 6;

    private readonly ArrayBufferWriter<byte> _message = new(1024);
    private readonly byte[] _head, _tail;

    public GelfEncoder(LogSource source, string host)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["_command"] = source.Command, ["_container_id"] = source.FullId, ["_container_name"] = source.Name, ["_created"] = source.Created,
            ["_image_id"] = source.ImageId, ["_image_name"] = source.ImageName, ["_tag"] = source.Tag(),
        };
        foreach (var (name, value) in source.Attributes(name => name.StartsWith('_') ? name : "_" + name)) fields[name] = value;
        var part = new ArrayBufferWriter<byte>();
        part.Write("{\"version\":\"1.1\",\"host\":"u8);
        GoJson.Quote(host, part);
        part.Write(",\"short_message\":"u8);
        _head = part.WrittenSpan.ToArray();
        part.ResetWrittenCount();
        foreach (var (name, value) in fields)
        {
            part.Write(","u8);
            GoJson.Quote(name, part);
            part.Write(":"u8);
            GoJson.Quote(value, part);
        }

        part.Write("}"u8);
        _tail = part.WrittenSpan.ToArray();
    }

    /// <summary>One message; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Encode(LogLine line)
    {
        _message.ResetWrittenCount();
        _message.Write(_head);
        GoJson.Quote(line.Bytes.Span, _message);
        var seconds = (line.TimeNanoseconds / 1_000_000) / 1000.0;
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"timestamp\":{seconds:R},\"level\":{(line.Stderr ? Error : Information)}"), _message);
        _message.Write(_tail);
        return _message.WrittenMemory;
    }
}
