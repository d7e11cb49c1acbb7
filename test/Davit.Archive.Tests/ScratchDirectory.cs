namespace Davit.Archive.Tests;

/// <summary>A directory of a test's own, gone with the test.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory() => Path = Directory.CreateTempSubdirectory("davit-archive-").FullName;

    public string Path { get; }

    public string Sub(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    // names that are no UTF-8 are beyond System.IO
    public void Dispose() => Linux.Directories.DirectoryListing.RemoveTree(Linux.Directories.DirectoryCalls.WorkingDirectory, Path);
}
