using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Davit.Primitives;

namespace Davit.Oci;

/// <summary>A content digest, <c>sha256:</c> or <c>sha512:</c> and lower-case hexadecimal (image-spec, descriptor.md, "Digests").</summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest : IComparable<Digest>
{
    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary>The algorithm: <c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => ToString()[..ToString().IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The hexadecimal part.</summary>
    public string Hex => ToString()[(ToString().IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The first 12 hexadecimal digits, as Docker shows ids.</summary>
    public string Short => Hex[..12];

    /// <summary>True for <c>default(Digest)</c>, which is no digest.</summary>
    public bool IsEmpty => _text is null;

    /// <summary>Reads a digest.</summary>
    /// <exception cref="DavitException">InvalidArgument: the text is no digest of a known algorithm.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new DavitException(ErrorKind.InvalidArgument, $"invalid digest \"{text}\"", "a digest reads sha256: and 64 hexadecimal digits");

    /// <summary>Reads a digest if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null) return false;
        var length = text.StartsWith("sha256:", StringComparison.Ordinal) ? 64 : text.StartsWith("sha512:", StringComparison.Ordinal) ? 128 : 0;
        if (length == 0 || text.Length != 7 + length || text.AsSpan(7).ContainsAnyExcept(HexDigits)) return false;
        digest = new Digest(text);
        return true;
    }

    /// <summary>Digest of bytes at hand.</summary>
    public static Digest Sha256(ReadOnlySpan<byte> content) => new("sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>From a finished SHA-256 value of 32 bytes.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash) => new("sha256:" + Convert.ToHexStringLower(hash));

    /// <summary>An incremental hash of this digest's algorithm, to verify content against it.</summary>
    public IncrementalHash CreateHash() => IncrementalHash.CreateHash(Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    /// <inheritdoc/>
    public int CompareTo(Digest other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    /// <summary>Ordinal order.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}
