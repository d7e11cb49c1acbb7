namespace Davit.Build.Execute;

/// <summary>Times of what a build makes itself, so that the same inputs give the same layer.</summary>
internal static class Timestamps
{
    /// <summary>1980-01-01: the earliest that every archive format can say.</summary>
    public const long Fixed = 315532800;
}
