using System.Text;

namespace Davit.Archive.Tar;

/// <summary>The records of pax extended headers that matter here: <c>LENGTH KEY=VALUE\n</c>.</summary>
internal sealed class PaxRecords
{
    private const string XattrPrefix = "SCHILY.xattr.";
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly List<TarXattr> _xattrs = [];
    private readonly List<TarSegment> _sparse = [];
    private long? _pendingOffset;

    internal IReadOnlyList<TarXattr> Xattrs => _xattrs;

    /// <summary>Segments of the sparse format 0.0, whose keys repeat.</summary>
    internal IReadOnlyList<TarSegment> RepeatedSegments => _sparse;

    internal byte[]? this[string key] => _values.GetValueOrDefault(key);

    internal bool Any => _values.Count > 0 || _xattrs.Count > 0 || _sparse.Count > 0;

    internal void Parse(ReadOnlySpan<byte> records, TarLimits limits)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 1 || space > 10) throw TarFormat.Invalid("extended header record without a length");
            var length = TarFormat.Decimal(records[..space], "length of an extended header record");
            if (length <= space + 1 || length > records.Length || records[(int)length - 1] != '\n') throw TarFormat.Invalid($"extended header record of length {length}");
            var record = records[(space + 1)..((int)length - 1)];
            records = records[(int)length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1) throw TarFormat.Invalid("extended header record without a key");
            Set(TarFormat.Text(record[..equals]), record[(equals + 1)..], limits);
        }
    }

    private void Set(string key, ReadOnlySpan<byte> value, TarLimits limits)
    {
        if (key.StartsWith(XattrPrefix, StringComparison.Ordinal))
        {
            var name = key[XattrPrefix.Length..];
            _xattrs.RemoveAll(x => x.Name == name);
            if (!value.IsEmpty) _xattrs.Add(new(name, value.ToArray()));
        }
        else if (key == "GNU.sparse.offset")
        {
            _pendingOffset = TarFormat.Decimal(value, key);
        }
        else if (key == "GNU.sparse.numbytes")
        {
            if (_sparse.Count >= limits.SparseSegments) throw TarFormat.Invalid($"more than {limits.SparseSegments} segments in a sparse file");
            _sparse.Add(new(_pendingOffset ?? throw TarFormat.Invalid("sparse segment without an offset"), TarFormat.Decimal(value, key)));
            _pendingOffset = null;
        }
        else if (key is "path" or "linkpath" && value.Contains((byte)0))
        {
            throw TarFormat.Invalid($"{key} \"{Encoding.Latin1.GetString(value)}\" has a zero byte");
        }
        else if (value.IsEmpty)
        {
            // pax: an empty value takes back an earlier one
            _values.Remove(key);
        }
        else
        {
            _values[key] = value.ToArray();
        }
    }
}
