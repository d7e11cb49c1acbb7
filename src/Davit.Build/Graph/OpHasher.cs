using System.Buffers.Binary;
using System.Security.Cryptography;
using Davit.Linux.Directories;
using Davit.Oci;

namespace Davit.Build.Graph;

/// <summary>Digests of structures: every field carries its name and length, so that no two structures have the same bytes.</summary>
internal sealed class OpHasher : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public OpHasher(string kind) => Add("kind", kind);

    public OpHasher Add(string name, string? value)
    {
        Append(FileName.Encode(name));
        if (value is null) Append([], absent: true);
        else Append(FileName.Encode(value));
        return this;
    }

    public OpHasher Add(string name, long value) => Add(name, value.ToString());

    public OpHasher Add(string name, bool value) => Add(name, value ? "1" : "0");

    public OpHasher Add(string name, Digest value) => Add(name, value.ToString());

    public OpHasher Add(string name, IReadOnlyList<string> values)
    {
        Add(name, values.Count);
        foreach (var value in values) Add("item", value);
        return this;
    }

    public Digest Finish() => Digest.FromSha256(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void Append(ReadOnlySpan<byte> bytes, bool absent = false)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, absent ? -1 : bytes.Length);
        _hash.AppendData(length);
        _hash.AppendData(bytes);
    }
}
