using System.Text.Json;
using System.Text.Json.Serialization;

namespace Davit.Images.Catalog;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(LayerBlobRecord))]
[JsonSerializable(typeof(PullRecord))]
internal sealed partial class CatalogJson : JsonSerializerContext;
