using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Storage.Tests;

/// <summary>A store of a test's own, gone with the test.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    public StoreFixture()
    {
        Root = Directory.CreateTempSubdirectory("davit-storage-").FullName;
        Instance = new() { Name = "storetest", DataRoot = Root + "/data", RunRoot = Root + "/run" };
        Store = Store.Open(Instance, TimeProvider.System);
    }

    public string Root { get; }

    public Instance Instance { get; }

    public Store Store { get; private set; }

    /// <summary>Closes the store and opens it again, as the next daemon does.</summary>
    public async Task ReopenAsync(Action? between = null)
    {
        await Store.DisposeAsync();
        between?.Invoke();
        Store = Store.Open(Instance, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        var errno = DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, Root);
        Assert.Equal(Linux.Errno.None, errno);
    }
}
