namespace Davit.Storage.Layers;

/// <summary>What an overlay mount needs: the monitor mounts it inside the container's mount namespace.</summary>
/// <param name="Id">Id given at creation.</param>
/// <param name="LowerDirectories">Top-most layer first, as overlayfs takes them.</param>
/// <param name="UpperDirectory">The writable directory.</param>
/// <param name="WorkDirectory">overlayfs' work directory.</param>
/// <param name="Volatile">Mount with <c>volatile</c>.</param>
public sealed record RootFs(string Id, IReadOnlyList<string> LowerDirectories, string UpperDirectory, string WorkDirectory, bool Volatile);
