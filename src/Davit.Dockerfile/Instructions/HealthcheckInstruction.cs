namespace Davit.Dockerfile.Instructions;

/// <summary>HEALTHCHECK.</summary>
public sealed record HealthcheckInstruction : Instruction
{
    /// <summary><c>NONE</c>; or <c>CMD</c> and words; or <c>CMD-SHELL</c> and a line.</summary>
    public required IReadOnlyList<string> Test { get; init; }

    /// <summary>Between two checks; zero inherits.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Limit of one check.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Grace at the start.</summary>
    public TimeSpan StartPeriod { get; init; }

    /// <summary>Between two checks during the grace.</summary>
    public TimeSpan StartInterval { get; init; }

    /// <summary>Failures in a row that mean unhealthy.</summary>
    public int Retries { get; init; }
}
