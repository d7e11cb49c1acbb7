using Davit.Build.Graph;
using Davit.Dockerfile;
using Davit.Oci.Image;

namespace Davit.Build.Conversion;

/// <summary>One instruction, ready to be carried out.</summary>
internal sealed record Step
{
    /// <summary>Text of the <c>Step n/m :</c> line, or null for an ONBUILD trigger, which has none.</summary>
    public required string? Text { get; init; }

    public required SourceText Source { get; init; }

    public required LineRange Range { get; init; }

    /// <summary>What changes the file system, or null for an instruction that changes only the configuration.</summary>
    public Vertex? Vertex { get; init; }

    /// <summary>Stages whose results the vertex reads.</summary>
    public IReadOnlyList<int> Reads { get; init; } = [];

    /// <summary>Text of the history, from the checksum of what was copied.</summary>
    public required Func<string?, string> CreatedBy { get; init; }

    /// <summary>Configuration afterwards.</summary>
    public required ImageRunConfig Config { get; init; }

    public string? Author { get; init; }

    /// <summary>Lines to say before it is carried out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The command of a RUN, for the message of its failure.</summary>
    public string? Command { get; init; }
}
