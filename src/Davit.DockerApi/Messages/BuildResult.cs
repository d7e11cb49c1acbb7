namespace Davit.DockerApi.Messages;

/// <summary>The <c>aux</c> of a build.</summary>
public sealed record BuildResult
{
    /// <summary>Image id.</summary>
    public string ID { get; set; } = "";
}
