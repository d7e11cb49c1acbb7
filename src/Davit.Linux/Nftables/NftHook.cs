namespace Davit.Linux.Nftables;

/// <summary>Where a base chain hangs.</summary>
/// <param name="Type"><c>nat</c> or <c>filter</c>.</param>
/// <param name="Number">NF_INET_…: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting.</param>
/// <param name="Priority">Lower ones come first.</param>
public sealed record NftHook(string Type, int Number, int Priority)
{
    /// <summary>Before routing.</summary>
    public const int Prerouting = 0;

    /// <summary>Through the host.</summary>
    public const int Forward = 2;

    /// <summary>From the host itself.</summary>
    public const int Output = 3;

    /// <summary>After routing.</summary>
    public const int Postrouting = 4;

    /// <summary>Before connection tracking.</summary>
    public const int RawPriority = -300;

    /// <summary>Translation of destinations.</summary>
    public const int DestinationNatPriority = -100;

    /// <summary>Filters.</summary>
    public const int FilterPriority = 0;

    /// <summary>Translation of sources.</summary>
    public const int SourceNatPriority = 100;
}
