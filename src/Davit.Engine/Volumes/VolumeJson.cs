using System.Text.Json.Serialization;

namespace Davit.Engine.Volumes;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VolumeModel))]
internal sealed partial class VolumeJson : JsonSerializerContext;
