using System.Numerics;
using System.Text.Json;

namespace Davit.Oci.Runtime.Reading;

/// <summary>
/// Walks a JSON document in one pass. A one-shot runtime lives for milliseconds: the metadata that a general deserializer builds for each type first took longer
/// than everything else together. Members that are null count as absent, unknown ones are skipped, as the specification has it (config.md, "Extensibility").
/// </summary>
public ref struct DocumentReader(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private Utf8JsonReader _reader = new(utf8);
    private List<(string Name, bool IsNull)>? _members;

    /// <summary>Reads one element of a list or map; the reader stands at its first token.</summary>
    public delegate T Element<out T>(ref DocumentReader reader);

    /// <summary>Bytes before the token that was read last.</summary>
    public readonly long Position => _reader.TokenStartIndex;

    /// <summary>Goes to the first token.</summary>
    public void Start()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null) throw new JsonException("it is null");
    }

    /// <summary>Nothing but blanks may follow.</summary>
    public void End() => _reader.Read();

    /// <summary>An object begins here.</summary>
    /// <returns>What <see cref="Next"/> and <see cref="End(int, ReadOnlySpan{string})"/> tell its members by.</returns>
    public int Begin()
    {
        Expect(JsonTokenType.StartObject, "an object");
        return (_members ??= []).Count;
    }

    /// <summary>Goes to the value of the object's next member that is not null.</summary>
    /// <returns>False at the object's end.</returns>
    /// <exception cref="JsonException">A member is there twice.</exception>
    public bool Next(int members, out string name)
    {
        name = "";
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            name = _reader.GetString()!;
            var seen = _members!;
            for (var i = members; i < seen.Count; i++)
            {
                if (seen[i].Name == name) throw new JsonException($"the member \"{name}\" is there twice");
            }

            _reader.Read();
            var isNull = _reader.TokenType == JsonTokenType.Null;
            seen.Add((name, isNull));
            if (!isNull) return true;
        }

        return false;
    }

    /// <summary>The object has ended.</summary>
    /// <param name="members">What <see cref="Begin"/> gave.</param>
    /// <param name="required">Members that must have been there.</param>
    /// <exception cref="JsonException">One of them was not.</exception>
    public readonly void End(int members, params ReadOnlySpan<string> required)
    {
        var seen = _members!;
        foreach (var name in required)
        {
            var found = false;
            for (var i = members; i < seen.Count; i++) found |= seen[i].Name == name && !seen[i].IsNull;
            if (!found) throw new JsonException($"the member \"{name}\" is missing");
        }

        seen.RemoveRange(members, seen.Count - members);
    }

    /// <summary>Passes over a member that is not known.</summary>
    public T Skip<T>(T value)
    {
        _reader.Skip();
        return value;
    }

    /// <summary>The value that begins here as it stands in the document.</summary>
    public byte[] Raw()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return _utf8[start..(int)_reader.BytesConsumed].ToArray();
    }

    /// <summary>A string.</summary>
    /// <exception cref="JsonException">Something else stands here; so with all that follow.</exception>
    public readonly string Text()
    {
        Expect(JsonTokenType.String, "a string");
        return _reader.GetString()!;
    }

    /// <summary>A boolean.</summary>
    public readonly bool Flag() => _reader.TokenType is JsonTokenType.True or JsonTokenType.False ? _reader.GetBoolean() : throw Wrong("true or false");

    /// <summary>A whole number in the bounds of its type.</summary>
    public readonly T Number<T>() where T : struct, IBinaryInteger<T>
    {
        Expect(JsonTokenType.Number, "a number");
        return T.TryParse(_reader.ValueSpan, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong($"a whole number that fits {8 * number.GetByteCount()} bits");
    }

    /// <summary>A list of strings.</summary>
    public List<string> Texts() => List(static (ref DocumentReader reader) => reader.Text());

    /// <summary>A list of numbers.</summary>
    public List<T> Numbers<T>() where T : struct, IBinaryInteger<T> => List(static (ref DocumentReader reader) => reader.Number<T>());

    /// <summary>A list.</summary>
    public List<T> List<T>(Element<T> element)
    {
        Expect(JsonTokenType.StartArray, "an array");
        var list = new List<T>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) list.Add(element(ref this));
        return list;
    }

    /// <summary>An object with strings.</summary>
    public Dictionary<string, string> TextMap() => Map(static (ref DocumentReader reader) => reader.Text());

    /// <summary>An object whose members are alike.</summary>
    public Dictionary<string, T> Map<T>(Element<T> element)
    {
        Expect(JsonTokenType.StartObject, "an object");
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _reader.GetString()!;
            _reader.Read();
            if (!map.TryAdd(name, element(ref this))) throw new JsonException($"the member \"{name}\" is there twice");
        }

        return map;
    }

    private readonly void Expect(JsonTokenType type, string what)
    {
        if (_reader.TokenType != type) throw Wrong(what);
    }

    private readonly JsonException Wrong(string what) => new($"{what} is expected, not {Found()}");

    private readonly string Found() => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => $"\"{_reader.GetString()}\"",
        _ => System.Text.Encoding.UTF8.GetString(_reader.ValueSpan),
    };
}
