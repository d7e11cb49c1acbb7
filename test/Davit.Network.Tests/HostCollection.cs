namespace Davit.Network.Tests;

/// <summary>Tests that use the interfaces of the test's host run one after another.</summary>
[CollectionDefinition("host", DisableParallelization = true)]
public sealed class HostCollection;
