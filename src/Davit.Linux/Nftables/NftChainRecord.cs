namespace Davit.Linux.Nftables;

/// <summary>A chain that is in the kernel.</summary>
/// <param name="Family">Family of its table.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hook">Where it hangs, or null for one that others jump to.</param>
/// <param name="DropsByDefault">Whether its policy is to drop.</param>
public sealed record NftChainRecord(NftFamily Family, string Table, string Name, NftHook? Hook, bool DropsByDefault);
