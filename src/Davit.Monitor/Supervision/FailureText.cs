using Davit.Linux;
using Davit.Monitor.Protocol;
using Davit.Primitives;

namespace Davit.Monitor.Supervision;

/// <summary>An error on its way to the daemon: kind, message, hint.</summary>
internal static class FailureText
{
    internal static byte[] Write(Exception e)
    {
        var error = e as DavitException ?? (e as LinuxException)?.ToDavitException("monitor") ?? new DavitException(ErrorKind.Internal, $"monitor: {e.Message}");
        var fields = new FieldWriter();
        fields.Add((long)error.Kind);
        fields.Add(error.Message);
        fields.Add(error.Hint);
        return fields.ToArray();
    }

    internal static DavitException Read(ReadOnlySpan<byte> payload)
    {
        var fields = new FieldReader(payload);
        var kind = (ErrorKind)fields.Number();
        var message = fields.Text();
        var hint = fields.Text() is { Length: > 0 } text ? text : null;
        return new DavitException(kind, message, hint);
    }
}
