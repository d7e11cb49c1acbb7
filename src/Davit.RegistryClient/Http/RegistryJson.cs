using System.Text.Json.Serialization;

namespace Davit.RegistryClient.Http;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(TokenDocument))]
[JsonSerializable(typeof(TagsDocument))]
internal sealed partial class RegistryJson : JsonSerializerContext;

internal sealed record ErrorDocument(IReadOnlyList<ErrorItem>? Errors, string? Details);

internal sealed record ErrorItem(string? Code, string? Message);

internal sealed record TokenDocument(string? Token, string? AccessToken, string? RefreshToken, double? ExpiresIn);

internal sealed record TagsDocument(string? Name, IReadOnlyList<string>? Tags);
