using System.Text.Json.Serialization;
using Davit.Network.Sandboxes;

namespace Davit.Network.Networks;

/// <summary>JSON of what this project keeps on disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NetworkRecord))]
[JsonSerializable(typeof(SandboxRecord))]
internal sealed partial class NetworkJson : JsonSerializerContext;
