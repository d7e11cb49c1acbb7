namespace Davit.DockerApi.Messages;

/// <summary>The <c>aux</c> of a push.</summary>
public sealed record PushResult
{
    /// <summary>Tag.</summary>
    public string Tag { get; set; } = "";

    /// <summary>Digest of the manifest.</summary>
    public string Digest { get; set; } = "";

    /// <summary>Bytes of the manifest.</summary>
    public long Size { get; set; }
}
