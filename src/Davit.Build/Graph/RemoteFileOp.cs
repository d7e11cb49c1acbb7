namespace Davit.Build.Graph;

/// <summary>Source: one file from a URL.</summary>
/// <param name="Address">http or https.</param>
/// <param name="Name">Name of the file.</param>
/// <param name="Checksum">Digest it must have, or null.</param>
internal sealed record RemoteFileOp(Uri Address, string Name, string? Checksum) : Op
{
    public override void Describe(OpHasher hasher) => hasher.Add("address", Address.AbsoluteUri).Add("name", Name).Add("checksum", Checksum);
}
