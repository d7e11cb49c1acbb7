using System.Text.Json;
using Davit.Oci.Runtime.Reading;

namespace Davit.Oci.Runtime;

/// <summary>Reads documents of the runtime specification, or parts of them that stand alone.</summary>
public static class SpecDocument
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="JsonException">It is no JSON, or a member has another type than the specification says; the message names the member.</exception>
    public static Spec Read(ReadOnlySpan<byte> utf8) => Read(utf8, SpecReader.Document);

    /// <summary>Reads a process, as <c>exec --process</c> has it.</summary>
    /// <exception cref="JsonException">As <see cref="Read(ReadOnlySpan{byte})"/>.</exception>
    public static ProcessSpec ReadProcess(ReadOnlySpan<byte> utf8) => Read(utf8, ProcessReader.Process);

    /// <summary>Reads limits, as <c>update --resources</c> has them.</summary>
    /// <exception cref="JsonException">As <see cref="Read(ReadOnlySpan{byte})"/>.</exception>
    public static ResourcesSpec ReadResources(ReadOnlySpan<byte> utf8) => Read(utf8, ResourcesReader.Resources);

    private static T Read<T>(ReadOnlySpan<byte> utf8, DocumentReader.Element<T> element)
    {
        var reader = new DocumentReader(utf8);
        try
        {
            reader.Start();
            var value = element(ref reader);
            reader.End();
            return value;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"{PathAt(utf8, reader.Position)}: a string is no text: {e.Message}", e);
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            var path = PathAt(utf8, reader.Position);
            throw new JsonException(path.Length == 0 ? e.Message : $"{path}: {e.Message}", path, null, null, e);
        }
    }

    /// <summary>Name of the member at a position, as <c>linux.namespaces[1].type</c>. Found only when it must be told.</summary>
    private static string PathAt(ReadOnlySpan<byte> utf8, long position)
    {
        var reader = new Utf8JsonReader(utf8);
        var path = new List<(string Name, int Index)>();
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                if (reader.TokenStartIndex >= position)
                {
                    path[^1] = ("", -2); // it is the object or array that lacks something
                    break;
                }

                path.RemoveAt(path.Count - 1);
                continue;
            }

            if (reader.TokenType != JsonTokenType.PropertyName && path.Count > 0 && path[^1].Index >= -1) path[^1] = (path[^1].Name, path[^1].Index + 1);
            if (reader.TokenType == JsonTokenType.PropertyName) path[^1] = ("." + System.Text.Encoding.UTF8.GetString(reader.ValueSpan), -2); // as it is written: it may be what is wrong
            if (reader.TokenStartIndex >= position && reader.TokenType != JsonTokenType.PropertyName) break;
            if (reader.TokenType == JsonTokenType.StartObject) path.Add(("", -2));
            if (reader.TokenType == JsonTokenType.StartArray) path.Add(("", -1));
        }

        return string.Concat(path.Select(p => p.Index >= 0 ? $"[{p.Index}]" : p.Name)).TrimStart('.');
    }
}
