namespace Davit.Linux.Processes;

/// <summary>A helper program to start.</summary>
public sealed record ProgramRequest
{
    /// <summary>Path, or a name that is looked up in PATH.</summary>
    public required string Program { get; init; }

    /// <summary>Arguments after the program's name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment, or null for this process's own.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Working directory, or null for this process's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>A pipe to its standard input; else it reads the null device.</summary>
    public bool PipeInput { get; init; }

    /// <summary>A pipe from its standard output; else that goes to the null device.</summary>
    public bool PipeOutput { get; init; } = true;

    /// <summary>A pipe from its standard error; else that goes to the null device.</summary>
    public bool PipeError { get; init; } = true;
}
