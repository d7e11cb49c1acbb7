using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Http;

namespace Davit.Cli.Commands;

/// <summary>Requests with hand-made JSON.</summary>
internal static class Json
{
    internal static async Task<JsonElement> PostAsync(CliContext context, string path, JsonObject body)
    {
        using var response = await context.Engine.RequestAsync("POST", path, new MemoryStream(Encoding.UTF8.GetBytes(body.ToJsonString())), "application/json");
        return EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
    }

    internal static JsonArray Array(IEnumerable<string> values) => [.. values.Select(v => (JsonNode?)JsonValue.Create(v))];
}
