using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>What a user and the disk can see of a daemon's store, for the comparison before = after.</summary>
/// <param name="Images">All images with their names.</param>
/// <param name="Usage">The table of <c>system df</c>.</param>
/// <param name="Files">Blobs, layers, writable parts and volumes on disk, two levels deep.</param>
internal sealed record StoreState(string Images, string Usage, string Files)
{
    private static readonly string[] Places = ["content/blobs/sha256", "content/ingest", "layers", "layers-new", "containers-fs", "containers-fs-ephemeral", "containers", "volumes", "build/tmp", "tmp"];

    public static async Task<StoreState> OfAsync(TestDaemon daemon)
    {
        var images = (await daemon.DockerAsync("images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}@{{.Digest}}")).Succeeded().Output;
        var usage = (await daemon.DockerAsync("system", "df")).Succeeded().Output;
        var files = Places.SelectMany(place => Directory.Exists(Path.Combine(daemon.DataRoot, place)) ? Directory.GetFileSystemEntries(Path.Combine(daemon.DataRoot, place)) : []);
        return new(images, usage, string.Join('\n', files.Order(StringComparer.Ordinal)));
    }
}
