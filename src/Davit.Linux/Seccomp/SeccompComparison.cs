namespace Davit.Linux.Seccomp;

/// <summary>How an argument is compared.</summary>
public enum SeccompComparison
{
    /// <summary>Differs.</summary>
    NotEqual,
    /// <summary>Less.</summary>
    Less,
    /// <summary>Less or equal.</summary>
    LessOrEqual,
    /// <summary>Equal.</summary>
    Equal,
    /// <summary>Greater or equal.</summary>
    GreaterOrEqual,
    /// <summary>Greater.</summary>
    Greater,
    /// <summary>Equal to the second value under the mask of the first.</summary>
    MaskedEqual,
}
