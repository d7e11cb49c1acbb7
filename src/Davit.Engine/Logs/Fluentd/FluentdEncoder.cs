using System.Buffers;
using System.Globalization;
using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Fluentd;

/// <summary>Writes lines as messages of Fluentd's forward protocol: tag, time, record, option.</summary>
internal sealed class FluentdEncoder(LogSource source, bool subSecondPrecision)
{
    private readonly string _tag = source.Tag();
    private readonly IReadOnlyDictionary<string, string> _attributes = source.Attributes();

    /// <summary>Appends one message.</summary>
    /// <param name="line">The line.</param>
    /// <param name="chunk">Id that the server shall acknowledge; null for none.</param>
    /// <param name="output">Where to.</param>
    public void Encode(LogLine line, string? chunk, IBufferWriter<byte> output)
    {
        MessagePack.Array(4, output);
        MessagePack.Text(_tag, output);
        if (subSecondPrecision) MessagePack.EventTime(line.TimeNanoseconds, output);
        else MessagePack.Seconds(line.TimeNanoseconds / 1_000_000_000, output);

        // an attribute of such a name wins over the driver's own, as with Docker; the marks of a piece win over both
        Dictionary<string, string> record = new(StringComparer.Ordinal) { ["container_id"] = source.FullId, ["container_name"] = "/" + source.Name, ["source"] = line.Stderr ? "stderr" : "stdout" };
        foreach (var (name, value) in _attributes) record[name] = value;
        if (line.Piece is { } piece)
        {
            record["partial_message"] = "true";
            record["partial_id"] = piece.Id;
            record["partial_ordinal"] = piece.Ordinal.ToString(CultureInfo.InvariantCulture);
            record["partial_last"] = piece.Last ? "true" : "false";
        }

        var ownLog = !record.ContainsKey("log");
        MessagePack.Map(record.Count + (ownLog ? 1 : 0), output);
        foreach (var (name, value) in record)
        {
            MessagePack.Text(name, output);
            MessagePack.Text(value, output);
        }

        if (ownLog)
        {
            MessagePack.Text("log", output);
            MessagePack.Text(line.Bytes.Span, output);
        }

        MessagePack.Map(chunk is null ? 0 : 1, output);
        if (chunk is null) return;
        MessagePack.Text("chunk", output);
        MessagePack.Text(chunk, output);
    }
}
