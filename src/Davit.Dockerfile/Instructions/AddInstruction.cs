namespace Davit.Dockerfile.Instructions;

/// <summary>ADD.</summary>
public sealed record AddInstruction : TransferInstruction
{
    /// <summary><c>--checksum</c> of a remote file, or null.</summary>
    public string? Checksum { get; init; }

    /// <summary><c>--unpack</c>; null keeps the rule: local archives are unpacked, remote ones are not.</summary>
    public bool? Unpack { get; init; }
}
