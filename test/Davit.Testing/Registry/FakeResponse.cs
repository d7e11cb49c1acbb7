using System.Text;

namespace Davit.Testing.Registry;

/// <summary>What a fake registry answers.</summary>
public sealed record FakeResponse(int Status, byte[]? Body = null, string? Type = null)
{
    /// <summary>More headers.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Close the connection after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Close the connection without an answer.</summary>
    public bool HangUp { get; init; }

    /// <summary>An error body of the distribution specification.</summary>
    public static FakeResponse Error(int status, string code, string message) =>
        new(status, Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{code}}","message":"{{message}}","detail":null}]}"""), "application/json");
}
