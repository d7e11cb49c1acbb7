namespace Davit.Engine.Volumes;

/// <summary>Bytes in a tree.</summary>
internal static class TreeSize
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true, ReturnSpecialDirectories = false };

    /// <summary>Sum of the lengths of all files, links not followed; -1 when the directory can't be read.</summary>
    public static long Of(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", Everything).Where(file => file.LinkTarget is null).Sum(file => file.Length);
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
