using System.Text;
using Davit.Linux.Directories;

namespace Davit.Archive.Tar;

/// <summary>
/// Records, while a tar is unpacked, all that is not file content, and where the content went: with the unpacked files this gives the tar back byte for byte,
/// at a fraction of its size.
/// </summary>
internal sealed class TarRecipeWriter : IDisposable
{
    internal const byte Raw = (byte)'B';
    internal const byte Content = (byte)'C';
    private const int MostPending = 256 << 10;

    private readonly BinaryWriter _writer;
    private readonly MemoryStream _pending = new();

    internal TarRecipeWriter(Stream destination) => _writer = new(new ZstdSharp.CompressionStream(destination, 1, leaveOpen: true), Encoding.UTF8, leaveOpen: false);

    /// <summary>False when a file that the recipe needs was replaced by a later entry.</summary>
    internal bool IsWhole { get; private set; } = true;

    internal void AddRaw(ReadOnlySpan<byte> bytes)
    {
        _pending.Write(bytes);
        if (_pending.Length >= MostPending) FlushPending();
    }

    internal void AddContent(string path, IReadOnlyList<TarSegment> segments)
    {
        FlushPending();
        _writer.Write(Content);
        var name = FileName.Encode(path);
        _writer.Write7BitEncodedInt(name.Length);
        _writer.Write(name);
        _writer.Write7BitEncodedInt(segments.Count);
        foreach (var segment in segments)
        {
            _writer.Write7BitEncodedInt64(segment.Offset);
            _writer.Write7BitEncodedInt64(segment.Length);
        }
    }

    /// <summary>Says that what was recorded is no longer on disk.</summary>
    internal void Spoil() => IsWhole = false;

    internal void Finish()
    {
        FlushPending();
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private void FlushPending()
    {
        if (_pending.Length == 0) return;
        _writer.Write(Raw);
        _writer.Write7BitEncodedInt((int)_pending.Length);
        _writer.Write(_pending.GetBuffer(), 0, (int)_pending.Length);
        _pending.SetLength(0);
    }
}
