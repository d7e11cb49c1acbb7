using System.Collections.Concurrent;
using System.Text;
using Davit.Archive.Tar;
using Davit.Images;
using Davit.Linux.Directories;
using Davit.Monitor.Runner;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage;

namespace Davit.Build.Tests;

/// <summary>A builder over a real store with a runner that runs nothing, gone with the test.</summary>
internal sealed class BuilderFixture : IAsyncDisposable
{
    private readonly DistributionClient _client;
    private readonly IContainerRunner _runner;

    public BuilderFixture(BuilderOptions? options = null, Func<Instance, IContainerRunner>? runner = null)
    {
        Root = Directory.CreateTempSubdirectory("davit-build-").FullName;
        Instance = new() { Name = "buildtest", DataRoot = Root + "/data", RunRoot = Root + "/run", CgroupParent = "davit-buildtest-" + Path.GetFileName(Root)[^6..] };
        _client = new DistributionClient(new RegistryOptions { Attempts = 1 }, TimeProvider.System);
        Options = options ?? new BuilderOptions();
        _runner = runner?.Invoke(Instance) ?? Runner;
        Store = null!;
        Images = null!;
        Builder = null!;
        Open();
    }

    public string Root { get; }

    public Instance Instance { get; }

    public BuilderOptions Options { get; }

    public Store Store { get; private set; }

    public ImageService Images { get; private set; }

    public ImageBuilder Builder { get; private set; }

    public FakeRunner Runner { get; } = new();

    /// <summary>Closes everything and opens it again, as the next daemon does.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        Open();
    }

    /// <summary>A base image with some files.</summary>
    public async Task<Image> BaseAsync(string name = "base", ImageRunConfig? config = null, params (string Path, string Content)[] files)
    {
        var tar = await TarAsync([("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\n"), ("etc/group", "root:x:0:\napp:x:1001:\nextra:x:44:app\n"), .. files]);
        return await Images.ImportAsync(tar, Reference.Parse(name), config ?? new ImageRunConfig(), null, null, new Progress(), CancellationToken.None);
    }

    public async Task<BuildOutcome> BuildAsync(string dockerfile, (string Path, string Content)[]? files = null, Func<BuildRequest, BuildRequest>? with = null, CancellationToken cancellation = default)
    {
        var tar = await TarAsync([("Dockerfile", dockerfile), .. files ?? []]);
        return await BuildTarAsync(tar, with, cancellation);
    }

    public async Task<BuildOutcome> BuildTarAsync(Stream tar, Func<BuildRequest, BuildRequest>? with = null, CancellationToken cancellation = default)
    {
        var request = new BuildRequest { Context = tar, Network = "none" };
        var progress = new Progress();
        try
        {
            var image = await Builder.BuildAsync(with?.Invoke(request) ?? request, progress, cancellation);
            return new BuildOutcome(image, progress.Text, null, progress.Aux);
        }
        catch (DavitException e)
        {
            return new BuildOutcome(null, progress.Text, e, progress.Aux);
        }
    }

    /// <summary>What is at a path of an image: type and mode, owner, content; null when nothing is.</summary>
    public (uint Mode, uint Uid, uint Gid, string Content)? Look(Image image, string path)
    {
        var id = "look-" + Guid.NewGuid().ToString("N");
        var rootFs = Store.Layers.CreateRootFs(id, Davit.Storage.Layers.ChainId.All(image.Config.RootFs.DiffIds), ephemeral: true);
        try
        {
            using var mount = Store.Layers.Mount(rootFs, readOnly: true);
            var full = mount.Path + path;
            if (DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, full, out var stat) != Linux.Errno.None) return null;
            var content = stat.IsRegular ? File.ReadAllText(full) : stat.IsSymbolicLink ? DirectoryCalls.ReadLink(DirectoryCalls.WorkingDirectory, full, out _)! : "";
            return (stat.Mode, stat.Uid, stat.Gid, content);
        }
        finally
        {
            Store.Layers.RemoveRootFs(id);
        }
    }

    public static async Task<MemoryStream> TarAsync(params (string Path, string Content)[] files) =>
        await TarAsync(files.Select(f => (new TarEntry { Name = f.Path, Kind = TarEntryKind.File, Mode = 0x1A4, ModifiedSeconds = 1_700_000_000, Uid = 1234, Gid = 1234 }, f.Content)));

    public static async Task<MemoryStream> TarAsync(IEnumerable<(TarEntry Entry, string Content)> entries)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream);
        foreach (var (entry, content) in entries)
        {
            var bytes = Encoding.UTF8.GetBytes(content);
            await writer.WriteAsync(entry with { Size = bytes.Length }, bytes, CancellationToken.None);
        }

        await writer.FinishAsync(CancellationToken.None);
        stream.Position = 0;
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (_runner is ContainerRunner real)
        {
            await real.EndZygoteAsync(CancellationToken.None);
            await real.DisposeAsync();
            RemoveCgroups();
        }

        _client.Dispose();
        var errno = DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, Root);
        Assert.Equal(Linux.Errno.None, errno);
    }

    /// <summary>Removes the empty parent of the steps' cgroups, in one hierarchy or in each of them.</summary>
    private void RemoveCgroups()
    {
        const string Hierarchies = "/sys/fs/cgroup";
        foreach (var parent in Directory.EnumerateDirectories(Hierarchies).Prepend(Hierarchies).Select(h => Path.Combine(h, Instance.CgroupParent)))
        {
            if (Directory.Exists(parent) && new DirectoryInfo(parent).LinkTarget is null) Directory.Delete(parent);
        }
    }

    private void Open()
    {
        Store = Store.Open(Instance, TimeProvider.System);
        Images = new ImageService(Store.Content, Store.Layers, Store.Documents, Store.Leases, _client, new ImageOptions(), TimeProvider.System);
        Builder = new ImageBuilder(Instance, Images, Store.Layers, Store.Content, Store.Documents, _runner, null, Options, TimeProvider.System);
    }

    private async Task CloseAsync()
    {
        await Builder.DisposeAsync();

        // whatever a build made for itself is gone with it
        Assert.DoesNotContain(Store.Layers.ListRootFs(), id => id.StartsWith("build-", StringComparison.Ordinal));
        var temporary = Path.Combine(Instance.DataRoot, "build", "tmp");
        if (Directory.Exists(temporary)) Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
        var running = Path.Combine(Instance.RunRoot, "build");
        if (Directory.Exists(running)) Assert.Empty(Directory.EnumerateFileSystemEntries(running));
        Images.Dispose();
        await Store.DisposeAsync();
    }

    private sealed class Progress : IProgress<ProgressEvent>
    {
        private readonly ConcurrentQueue<ProgressEvent> _events = new();

        public string Text => string.Concat(_events.Select(e => e.Stream));

        public string? Aux => _events.Select(e => e.AuxJson).LastOrDefault(a => a is not null);

        public void Report(ProgressEvent value) => _events.Enqueue(value);
    }
}
