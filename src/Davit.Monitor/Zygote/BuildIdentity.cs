namespace Davit.Monitor.Zygote;

/// <summary>
/// Tells one build of <c>davit-monitor</c> from another by its file's size and time. A zygote runs from a copy in memory, so it would otherwise go on
/// making monitors of a build that has been replaced on disk.
/// </summary>
internal static class BuildIdentity
{
    internal static long Of(string path)
    {
        var file = new FileInfo(path);
        return unchecked((file.Length * 1_000_003) ^ file.LastWriteTimeUtc.Ticks);
    }
}
