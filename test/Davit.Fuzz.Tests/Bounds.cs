namespace Davit.Fuzz.Tests;

/// <summary>Where a run of mutations ends.</summary>
/// <param name="Inputs">Most inputs.</param>
/// <param name="Time">Most time.</param>
internal sealed record Bounds(int Inputs, TimeSpan Time)
{
    /// <summary>For every change: some hundred inputs.</summary>
    public static Bounds Sample { get; } = new(400, TimeSpan.FromSeconds(20));

    /// <summary>For the ring.</summary>
    public static Bounds Ring { get; } = new(200_000, TimeSpan.FromSeconds(60));
}
