namespace Davit.DockerApi.Events;

/// <summary>What an event is about.</summary>
public sealed record EventActor
{
    /// <summary>Id.</summary>
    public string ID { get; set; } = "";

    /// <summary>Attributes.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; set; }
}
