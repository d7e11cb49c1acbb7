using System.Buffers;
using System.Globalization;
using System.Text;
using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Syslog;

/// <summary>Writes lines as syslog messages.</summary>
internal sealed class SyslogEncoder(SyslogOptions options, string host, string tag, int processId)
{
    private const int Error = 3, Information = 6;

    private readonly ArrayBufferWriter<byte> _message = new(512);

    /// <summary>One message; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Encode(LogLine line)
    {
        _message.ResetWrittenCount();
        var priority = (options.Facility * 8) + (line.Stderr ? Error : Information);
        var time = line.Time;
        Encoding.UTF8.GetBytes(
            options.Format switch
            {
                SyslogFormat.Unix => $"<{priority}>{Stamp(time)} {tag}[{processId}]: ",
                SyslogFormat.Rfc3164 => $"<{priority}>{Stamp(time)} {host} {tag}[{processId}]: ",
                SyslogFormat.Rfc5424 => $"<{priority}>1 {time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}{Zone(time)} {host} {tag} {processId} {tag} - ",
                _ => $"<{priority}>1 {time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}{Zone(time)} {host} {tag} {processId} {tag} - ",
            },
            _message);
        _message.Write(line.Bytes.Span);
        _message.Write("\n"u8);
        return options.CountsBytes ? Counted() : _message.WrittenMemory;
    }

    private byte[] Counted() => [.. Encoding.ASCII.GetBytes($"{_message.WrittenCount} "), .. _message.WrittenSpan];

    private static string Stamp(DateTimeOffset time) => time.ToString("MMM ", CultureInfo.InvariantCulture) + time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + time.ToString(" HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Zone(DateTimeOffset time) => time.Offset == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture);
}
