using System.Text.Json.Nodes;
using Davit.Daemon.Http;

namespace Davit.Daemon.Versions;

/// <summary>Makes answers of the highest version into those that older clients know.</summary>
internal static class OldAnswer
{
    /// <summary>Whether there are rules for an answer to a client.</summary>
    public static bool Differs(Type answer, ApiVersion client) => client < ApiVersion.Highest && FieldRules.All.Any(rule => rule.Answer == answer && client.Minor < rule.Below);

    /// <summary>Applies the rules to an answer's JSON.</summary>
    public static byte[] Rewrite(ReadOnlySpan<byte> json, Type answer, ApiVersion client)
    {
        var reader = new System.Text.Json.Utf8JsonReader(json);
        var root = JsonNode.Parse(ref reader)!;
        foreach (var rule in FieldRules.All)
        {
            if (rule.Answer == answer && client.Minor < rule.Below) rule.Apply(root);
        }

        using var buffer = new MemoryStream(json.Length);
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer, JsonBody.WriterOptions)) root.WriteTo(writer);
        return buffer.ToArray();
    }
}
