using System.Text.Json;
using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>JSON of the runtime specification.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    WriteIndented = false)]
[JsonSerializable(typeof(Spec))]
[JsonSerializable(typeof(ProcessSpec))]
[JsonSerializable(typeof(ResourcesSpec))]
[JsonSerializable(typeof(SeccompSpec))]
[JsonSerializable(typeof(ContainerStateDocument))]
[JsonSerializable(typeof(ContainerProcessStateDocument))]
public sealed partial class RuntimeJson : JsonSerializerContext;
