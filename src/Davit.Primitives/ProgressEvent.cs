namespace Davit.Primitives;

/// <summary>One step of a long operation, in the terms of the Engine API's progress stream (<c>{status,id,progressDetail}</c>).</summary>
public sealed record ProgressEvent
{
    /// <summary>What the event is about: a short layer id, a tag; null for the operation as a whole.</summary>
    public string? Id { get; init; }

    /// <summary>Docker's word for the step: <c>Downloading</c>, <c>Pull complete</c> … or a whole line.</summary>
    public string? Status { get; init; }

    /// <summary>Bytes done so far, or null when the step has no measure.</summary>
    public long? Current { get; init; }

    /// <summary>Bytes in all, or null when not known.</summary>
    public long? Total { get; init; }

    /// <summary>Text output of a build step, as the API's <c>stream</c> field; null otherwise.</summary>
    public string? Stream { get; init; }

    /// <summary>A result as raw JSON, as the API's <c>aux</c> field; null otherwise.</summary>
    public string? AuxJson { get; init; }
}
