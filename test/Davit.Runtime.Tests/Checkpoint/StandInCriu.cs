using System.Globalization;
using System.Text;
using Davit.Runtime.Checkpoint;

namespace Davit.Runtime.Tests.Checkpoint;

/// <summary>
/// A <c>criu</c> of the tests: it keeps every request and answer that it gets, speaks CRIU's protocol, and says that all went well, or not. What it "restores"
/// is a sleep. It needs Python without any module but os and sys.
/// </summary>
internal sealed class StandInCriu
{
    private const string Program = """
        #!/usr/bin/env python3
        import os, sys
        here = os.path.dirname(os.path.abspath(__file__))
        fd = int(sys.argv[2])
        def take():
            message = os.read(fd, 65536)
            if message: open(here + '/requests', 'a').write(message.hex() + '\n')
            return message
        def part(number, data): return bytes([number << 3 | 2, len(data)]) + data
        def answer(kind, success=1, more=b''): os.write(fd, bytes([8, kind, 16, success]) + more)
        def number(value):
            out = b''
            while value > 127: out += bytes([value & 127 | 128]); value >>= 7
            return out + bytes([value])
        def tell(script, pid=0):
            answer(6, 1, part(5, part(1, script.encode()) + b'\x10' + number(pid)))
            return take()[-1] == 1
        kind = take()[1]
        if os.path.exists(here + '/dies'): sys.stderr.write("Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds\n"); sys.exit(1)
        if kind == 10: answer(10, 1, part(10, bytes([8, 3, 16, 15, 32, 1] if os.path.exists(here + '/old') else [8, 4, 16, 2, 32, 1])))
        elif kind == 9: answer(9, 1, part(8, bytes([8, 1, 16, 1])))
        elif kind in (1, 4):
            good = all(tell(s) for s in ('pre-dump', 'network-lock', 'status-ready', 'post-dump'))
            answer(kind, 1 if good else 0)
        elif kind == 2:
            child = os.fork()
            if child == 0:
                os.close(fd); os.setsid(); os.execvp('sleep', ['sleep', '1000'])
            good = all(tell(s, child) for s in ('pre-restore', 'setup-namespaces', 'post-restore', 'post-resume'))
            if not good: os.kill(child, 9)
            answer(2, 1 if good else 0, part(4, b'\x08' + number(child)))
        os.read(fd, 1)
        """;

    private readonly string _directory;

    internal StandInCriu(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        File.WriteAllText(_directory + "/criu", Program);
        File.SetUnixFileMode(_directory + "/criu", (UnixFileMode)0b111_101_101);
        Environment = new Dictionary<string, string?> { ["PATH"] = _directory + ":" + System.Environment.GetEnvironmentVariable("PATH") };
    }

    internal IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Makes it another one: <c>old</c>, or one that <c>dies</c> at once.</summary>
    internal void Be(string what) => File.WriteAllText($"{_directory}/{what}", "");

    /// <summary>What it was sent since it was asked last, a line each: fields as <c>number=value</c>, those of messages in brackets.</summary>
    internal IReadOnlyList<string> Requests()
    {
        if (!File.Exists(_directory + "/requests")) return [];
        var lines = File.ReadAllLines(_directory + "/requests");
        File.Delete(_directory + "/requests");
        return [.. lines.Select(l => Text(Convert.FromHexString(l), ""))];
    }

    private static string Text(byte[] message, string path)
    {
        var text = new StringBuilder();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            var place = path + "/" + reader.Field.ToString(CultureInfo.InvariantCulture);
            if (text.Length > 0) text.Append(' ');
            text.Append(reader.Field).Append('=');
            if (place is "/2" or "/5" or "/2/11" or "/2/23" or "/2/25" or "/2/27" or "/2/39") text.Append('[').Append(Text(reader.Bytes.ToArray(), place)).Append(']');
            else if (reader.Bytes.Length > 0) text.Append(reader.Text);
            else text.Append(reader.Number);
        }

        return text.ToString();
    }
}
