namespace Davit.Oci.Runtime;

/// <summary>The configuration of a container (runtime-spec 1.3, config.md).</summary>
public sealed record Spec;

/// <summary>A process of a container (runtime-spec 1.3, config.md, "Process").</summary>
public sealed record ProcessSpec;
