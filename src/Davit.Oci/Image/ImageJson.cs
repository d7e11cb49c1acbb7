using System.Text.Json;
using System.Text.Json.Serialization;

namespace Davit.Oci.Image;

/// <summary>JSON of image documents. Documents from registries are kept as the bytes that came; these are for reading them and for making new ones.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(ImageRunConfig))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class ImageJson : JsonSerializerContext;
