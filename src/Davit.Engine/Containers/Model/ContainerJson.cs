using System.Text.Json;
using System.Text.Json.Serialization;

namespace Davit.Engine.Containers.Model;

/// <summary>How containers are written to the document store and the run-time directory.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerModel))]
internal sealed partial class ContainerJson : JsonSerializerContext;
