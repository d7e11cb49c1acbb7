using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Davit.Runtime.Tests.Systemd;

/// <summary>
/// A bus with a systemd on it, as far as a runtime needs them: it reads every call by its signature and records it, makes and removes the cgroups of scopes, and says when a job is
/// done. Written against the D-Bus specification alone, apart from the code it tests.
/// </summary>
internal sealed class StandInBus : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;
    private readonly Func<string, object[], string?> _act;

    /// <summary>Listens.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="act">Does what a method does; returns the result of its job, <c>error NAME</c>, or null for done.</param>
    internal StandInBus(string path, Func<string, object[], string?> act)
    {
        _act = act;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>Methods of the manager that were called, with their arguments.</summary>
    internal List<(string Member, object[] Arguments)> Calls { get; } = [];

    /// <summary>User that authenticated.</summary>
    internal string User { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
    }

    /// <summary>Properties of a call, as <c>Name type value</c>.</summary>
    internal static string[] Properties(object list) => [.. ((object[])list).Cast<object[]>().Select(p => $"{p[0]} {((object[])p[1])[0]} {Show(((object[])p[1])[1])}")];

    private static string Show(object value) => value is object[] list ? $"[{string.Join(' ', list.Select(Show))}]" : value.ToString()!;

    private async Task ServeAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true) conversations.Add(ConverseAsync(await _listener.AcceptAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
        }

        await Task.WhenAll(conversations);
    }

    private async Task ConverseAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            await ConverseAsync(stream);
        }
        catch (Exception e) when (e is EndOfStreamException or OperationCanceledException)
        {
        }
    }

    private async Task ConverseAsync(NetworkStream stream)
    {
        var hello = await LineAsync(stream);
        User = Encoding.ASCII.GetString(Convert.FromHexString(hello["\0AUTH EXTERNAL ".Length..]));
        await stream.WriteAsync("OK 0123456789abcdef0123456789abcdef\r\n"u8.ToArray());
        Assert.Equal("BEGIN", await LineAsync(stream));
        uint serial = 0;
        while (true)
        {
            var head = new byte[16];
            await stream.ReadExactlyAsync(head, _end.Token);
            var fields = new byte[(BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12)) + 7) & ~7u];
            await stream.ReadExactlyAsync(fields, _end.Token);
            var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4))];
            await stream.ReadExactlyAsync(body, _end.Token);
            byte[] all = [.. head, .. fields];
            var at = 12;
            var header = ((object[])Read(all, ref at, "a(yv)")).Cast<object[]>().ToDictionary(f => (byte)f[0], f => ((object[])f[1])[1].ToString()!);
            var arguments = new List<object>();
            at = 0;
            for (var rest = header.GetValueOrDefault((byte)8, ""); rest.Length > 0; rest = rest[One(rest).Length..]) arguments.Add(Read(body, ref at, One(rest)));
            var replyTo = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8));
            var member = header[3];
            if (member is "Hello") await SendAsync(stream, 2, ++serial, replyTo, "s", ":1.7");
            else if (member is "AddMatch" or "Subscribe") await SendAsync(stream, 2, ++serial, replyTo, "");
            else
            {
                Calls.Add((member, [.. arguments]));
                var result = _act(member, [.. arguments]);
                if (member == "Get") await SendAsync(stream, 2, ++serial, replyTo, "v", result ?? "");
                else if (result?.StartsWith("error ", StringComparison.Ordinal) == true) await SendAsync(stream, 3, ++serial, replyTo, "s", "refused here", error: result["error ".Length..]);
                else if (member is "StartTransientUnit" or "StopUnit")
                {
                    // another's job ends in between, and ours before its call has returned
                    var job = $"/org/freedesktop/systemd1/job/{serial}";
                    await SendAsync(stream, 4, ++serial, 0, "uoss", "/org/freedesktop/systemd1/job/other", "other.service", "done");
                    await SendAsync(stream, 4, ++serial, 0, "uoss", job, arguments[0].ToString()!, result ?? "done");
                    await SendAsync(stream, 2, ++serial, replyTo, "o", job);
                }
                else await SendAsync(stream, 2, ++serial, replyTo, "");
            }
        }
    }

    private async Task<string> LineAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, _end.Token);
            if (one[0] == '\n') return text.ToString().TrimEnd('\r');
            text.Append((char)one[0]);
        }
    }

    private async Task SendAsync(NetworkStream stream, byte kind, uint serial, uint replyTo, string signature, params string[] texts)  => await SendAsync(stream, kind, serial, replyTo, signature, texts, null);

    private Task SendAsync(NetworkStream stream, byte kind, uint serial, uint replyTo, string signature, string text, string error) => SendAsync(stream, kind, serial, replyTo, signature, [text], error);

    private async Task SendAsync(NetworkStream stream, byte kind, uint serial, uint replyTo, string signature, string[] texts, string? error)
    {
        var body = new List<byte>();
        if (signature == "v") body.AddRange([1, (byte)'s', 0]);
        if (signature == "uoss") body.AddRange([9, 0, 0, 0]);
        foreach (var text in texts) Text(body, text);
        var fields = new List<byte>();
        if (replyTo != 0) Field(5, 'u', () => fields.AddRange(BitConverter.GetBytes(replyTo)));
        if (error is not null) Field(4, 's', () => Text(fields, error));
        if (kind == 4) Field(1, 'o', () => Text(fields, "/org/freedesktop/systemd1"));
        if (kind == 4) Field(2, 's', () => Text(fields, "org.freedesktop.systemd1.Manager"));
        if (kind == 4) Field(3, 's', () => Text(fields, "JobRemoved"));
        if (signature.Length > 0) Field(8, 'g', () => fields.AddRange([(byte)signature.Length, .. Encoding.ASCII.GetBytes(signature), 0]));
        var length = fields.Count;
        Align(fields, 8);
        byte[] message = [(byte)'l', kind, 1, 1, .. BitConverter.GetBytes(body.Count), .. BitConverter.GetBytes(serial), .. BitConverter.GetBytes(length), .. fields, .. body];
        await stream.WriteAsync(message, _end.Token);

        void Field(byte code, char type, Action value)
        {
            Align(fields, 8);
            fields.AddRange([code, 1, (byte)type, 0]);
            value();
        }
    }

    private static void Align(List<byte> bytes, int size)
    {
        while (bytes.Count % size != 0) bytes.Add(0);
    }

    private static void Text(List<byte> bytes, string text)
    {
        Align(bytes, 4);
        bytes.AddRange([.. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text), 0]);
    }

    /// <summary>The first complete type of a signature.</summary>
    private static string One(string signature)
    {
        if (signature[0] == 'a') return "a" + One(signature[1..]);
        if (signature[0] != '(') return signature[..1];
        var depth = 0;
        for (var i = 0; ; i++)
        {
            depth += signature[i] == '(' ? 1 : signature[i] == ')' ? -1 : 0;
            if (depth == 0) return signature[..(i + 1)];
        }
    }

    private static object Read(byte[] bytes, ref int at, string type)
    {
        switch (type[0])
        {
            case 'y': return bytes[at++];
            case 'b': return BitConverter.ToUInt32(bytes, (at = To(at, 4) + 4) - 4) switch { 0 => "false", 1 => "true", _ => throw new InvalidDataException("no boolean") };
            case 'u': return BitConverter.ToUInt32(bytes, (at = To(at, 4) + 4) - 4);
            case 'i': return BitConverter.ToInt32(bytes, (at = To(at, 4) + 4) - 4);
            case 't': return BitConverter.ToUInt64(bytes, (at = To(at, 8) + 8) - 8);
            case 'x': return BitConverter.ToInt64(bytes, (at = To(at, 8) + 8) - 8);
            case 's' or 'o':
                var length = BitConverter.ToInt32(bytes, (at = To(at, 4) + 4) - 4);
                at += length + 1;
                return Encoding.UTF8.GetString(bytes, at - length - 1, length);
            case 'g':
                int letters = bytes[at];
                at += letters + 2;
                return Encoding.ASCII.GetString(bytes, at - 1 - letters, letters);
            case 'v':
                int count = bytes[at];
                var inner = Encoding.ASCII.GetString(bytes, at + 1, count);
                at += count + 2;
                return (object[])[inner, Read(bytes, ref at, inner)];
            case '(':
                at = To(at, 8);
                var values = new List<object>();
                for (var rest = type[1..^1]; rest.Length > 0; rest = rest[One(rest).Length..]) values.Add(Read(bytes, ref at, One(rest)));
                return values.ToArray();
            case 'a':
                var size = BitConverter.ToInt32(bytes, (at = To(at, 4) + 4) - 4);
                at = To(at, type[1] switch { '(' or 't' or 'x' => 8, 'y' or 'g' or 'v' => 1, _ => 4 });
                var end = at + size;
                var list = new List<object>();
                while (at < end) list.Add(Read(bytes, ref at, type[1..]));
                return list.ToArray();
            default: throw new InvalidDataException($"type {type}");
        }
    }

    private static int To(int at, int size) => (at + size - 1) / size * size;
}
