using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Davit.DockerApi;

/// <summary>A list of words that a client may also send as one string (Docker's <c>strslice</c>).</summary>
/// <param name="words">The words.</param>
[JsonConverter(typeof(StringListConverter))]
[CollectionBuilder(typeof(StringList), nameof(Create))]
public sealed class StringList(IReadOnlyList<string> words) : IReadOnlyList<string>, IEquatable<StringList>
{
    /// <inheritdoc/>
    public int Count => words.Count;

    /// <inheritdoc/>
    public string this[int index] => words[index];

    /// <summary>From the words of a collection expression.</summary>
    public static StringList Create(ReadOnlySpan<string> words) => new(words.ToArray());

    /// <summary>From a list, null for null.</summary>
    public static StringList? From(IReadOnlyList<string>? words) => words is null ? null : words as StringList ?? new StringList(words);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => words.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(StringList? other) => other is not null && this.SequenceEqual(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringList);

    /// <inheritdoc/>
    public override int GetHashCode() => words.Aggregate(0, HashCode.Combine);
}

/// <summary>JSON of <see cref="StringList"/>: an array, or one string.</summary>
public sealed class StringListConverter : JsonConverter<StringList>
{
    /// <inheritdoc/>
    public override StringList? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new StringList([reader.GetString()!]);
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        var words = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            words.Add(reader.TokenType == JsonTokenType.Null ? "" : reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
        }

        return new StringList(words);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StringList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var word in value) writer.WriteStringValue(word);
        writer.WriteEndArray();
    }
}
