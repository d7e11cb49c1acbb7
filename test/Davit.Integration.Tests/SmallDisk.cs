using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>A daemon whose data root is a file system of 200 MB of its own.</summary>
public sealed class SmallDisk : IAsyncLifetime
{
    private TestDaemon? _daemon;
    private string _directory = "";

    /// <summary>The daemon, with the image <c>busybox</c>.</summary>
    public TestDaemon Daemon => _daemon!;

    private string Mount => _directory + "/mnt";

    public async ValueTask InitializeAsync()
    {
        _directory = Directory.CreateTempSubdirectory("davit-disk-").FullName;
        Directory.CreateDirectory(Mount);
        await using (var image = File.Create(_directory + "/image")) image.SetLength(200 << 20);
        (await Command.RunAsync("mkfs.ext4", ["-q", "-F", "-m", "0", _directory + "/image"])).Succeeded();
        (await Command.RunAsync("mount", ["-o", "loop", _directory + "/image", Mount])).Succeeded();
        _daemon = await (await TestDaemon.StartAsync("--data-root", Mount + "/data")).WithBusyboxAsync();
    }

    /// <summary>Fills the disk but for so many bytes.</summary>
    public void Fill(long left)
    {
        using var file = File.OpenHandle(Mount + "/filler", FileMode.Create, FileAccess.Write);
        var free = new DriveInfo(Mount).AvailableFreeSpace - left;
        long at = 0;
        for (var size = 1 << 20; size >= 1024; size >>= 1)
        {
            try
            {
                for (; left == 0 || at + size <= free; at += size) RandomAccess.Write(file, new byte[size], at);
            }
            catch (IOException)
            {
                // smaller pieces may still fit
            }
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(Mount + "/filler");

    /// <summary>What lies in the store, two levels deep.</summary>
    public string Files() => string.Join('\n', ((string[])["content/blobs/sha256", "content/ingest", "layers", "layers-new", "containers-fs", "containers-fs-ephemeral", "containers", "volumes", "build/tmp", "tmp"])
        .Select(place => $"{Mount}/data/{place}").Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries).Order(StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Free();
        if (_daemon is not null) await _daemon.DisposeAsync();
        (await Command.RunAsync("umount", [Mount])).Succeeded();
        Directory.Delete(_directory, recursive: true);
    }
}
