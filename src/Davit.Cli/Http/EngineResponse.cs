namespace Davit.Cli.Http;

/// <summary>An answer of the engine: status, headers, and a body to be read.</summary>
internal sealed class EngineResponse(int status, Dictionary<string, string> headers, BodyStream body, Action<EngineResponse> release) : IDisposable
{
    internal int Status { get; } = status;

    internal BodyStream Body { get; } = body;

    internal string? Header(string name) => headers.GetValueOrDefault(name);

    /// <summary>The whole body.</summary>
    internal async Task<byte[]> BytesAsync(CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        await Body.CopyToAsync(all, cancellation);
        return all.ToArray();
    }

    public void Dispose() => release(this);
}
