using System.Net;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Names;

/// <summary>
/// The names files of a container's networks, lines <c>ADDRESS NAME</c>. They are replaced by rename; a lookup looks at each file's identity first and
/// reads it again when that changed. Small enough that a lookup simply runs over the bytes.
/// </summary>
internal sealed unsafe class NameTable(IReadOnlyList<string> paths)
{
    private const int MaxFile = 16 << 20;

    private readonly NamesFile[] _files = [.. paths.Select(path => new NamesFile { Path = path })];

    /// <summary>Calls for each address of a name (lower case); true when the name is known at all.</summary>
    internal bool TryFindName(ReadOnlySpan<byte> name, List<IPAddress> addresses)
    {
        bool known = false;
        foreach (var file in _files)
        {
            file.Refresh();
            foreach (var line in file.Lines())
            {
                if (line.Name(file.Bytes).Length == name.Length && Same(line.Name(file.Bytes), name) && TryParse(line.Address(file.Bytes), out var address))
                {
                    known = true;
                    if (!addresses.Contains(address))
                    {
                        addresses.Add(address);
                    }
                }
            }
        }

        return known;
    }

    /// <summary>Names of an address, at most eight.</summary>
    internal void FindAddress(IPAddress wanted, List<byte[]> names)
    {
        foreach (var file in _files)
        {
            file.Refresh();
            foreach (var line in file.Lines())
            {
                if (names.Count < 8 && TryParse(line.Address(file.Bytes), out var address) && address.Equals(wanted))
                {
                    names.Add(line.Name(file.Bytes).ToArray());
                }
            }
        }
    }

    private static bool Same(ReadOnlySpan<byte> written, ReadOnlySpan<byte> lower)
    {
        for (int i = 0; i < written.Length; i++)
        {
            byte b = written[i];
            if ((b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b) != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out IPAddress address)
    {
        Span<char> chars = stackalloc char[64];
        address = IPAddress.None;
        if (text.Length > 63)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            chars[i] = (char)text[i];
        }

        return IPAddress.TryParse(chars[..text.Length], out address!);
    }

    private sealed class NamesFile
    {
        // struct statx is 256 bytes; identity is inode, size, mtime and device.
        private readonly byte[] _statx = new byte[256];
        private (ulong Inode, ulong Size, ulong Seconds, uint Nanoseconds, ulong Device) _identity;

        internal required string Path { get; init; }

        internal byte[] Bytes { get; private set; } = [];

        internal LineWalker Lines() => new(Bytes);

        internal void Refresh()
        {
            var identity = Identity();
            if (identity == _identity)
            {
                return;
            }

            _identity = identity;
            Bytes = identity.Inode == 0 || identity.Size > MaxFile ? [] : Read();
        }

        private byte[] Read()
        {
            try
            {
                return File.ReadAllBytes(Path);
            }
            catch (IOException)
            {
                // Removed between the two looks: the next query looks again.
                _identity = default;
                return [];
            }
        }

        private (ulong Inode, ulong Size, ulong Seconds, uint Nanoseconds, ulong Device) Identity()
        {
            Span<byte> path = stackalloc byte[4096];
            if (!System.Text.Encoding.UTF8.TryGetBytes(Path, path[..4095], out int length))
            {
                return default;
            }

            path[length] = 0;
            fixed (byte* name = path, stat = _statx)
            {
                // SAFETY: the path is zero-terminated, the buffer has the size of struct statx. statx is call 332; AT_FDCWD -100, basic stats 0x7ff.
                if (Sys.Syscall(332, -100, (nint)name, 0, 0x7ff, (nint)stat, 0) < 0)
                {
                    return default;
                }

                return (*(ulong*)(stat + 32), *(ulong*)(stat + 40), *(ulong*)(stat + 112), *(uint*)(stat + 120), *(ulong*)(stat + 136));
            }
        }
    }

    /// <summary>A line by offsets: address, then name.</summary>
    private readonly record struct Line(int AddressStart, int AddressEnd, int NameStart, int NameEnd)
    {
        internal ReadOnlySpan<byte> Address(byte[] bytes) => bytes.AsSpan(AddressStart, AddressEnd - AddressStart);

        internal ReadOnlySpan<byte> Name(byte[] bytes) => bytes.AsSpan(NameStart, NameEnd - NameStart);
    }

    private struct LineWalker(byte[] bytes)
    {
        private int _next;

        public Line Current { get; private set; }

        public readonly LineWalker GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next < bytes.Length)
            {
                int start = _next, feed = bytes.AsSpan(start).IndexOf((byte)'\n');
                int end = feed < 0 ? bytes.Length : start + feed;
                _next = end + 1;
                int space = bytes.AsSpan(start, end - start).IndexOfAny((byte)' ', (byte)'\t');
                if (space <= 0 || bytes[start] == (byte)'#')
                {
                    continue;
                }

                int name = start + space + 1;
                while (name < end && bytes[name] is (byte)' ' or (byte)'\t')
                {
                    name++;
                }

                while (end > name && bytes[end - 1] <= (byte)' ')
                {
                    end--;
                }

                if (end > name)
                {
                    Current = new Line(start, start + space, name, end);
                    return true;
                }
            }

            return false;
        }
    }
}
