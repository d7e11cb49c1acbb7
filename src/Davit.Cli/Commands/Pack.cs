using System.Formats.Tar;

namespace Davit.Cli.Commands;

/// <summary>Puts files into a tar: for cp and for build contexts.</summary>
internal static class Pack
{
    /// <summary>Adds a file, or a directory with all below it.</summary>
    /// <returns>Bytes of file content.</returns>
    internal static long Add(TarWriter tar, string path, string name, bool followLink = false, Func<string, bool, bool>? excluded = null, string relative = "")
    {
        var info = new FileInfo(path);
        if (followLink && info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target) path = target.FullName;
        var isDirectory = Directory.Exists(path) && new FileInfo(path).LinkTarget is null;
        if (relative.Length > 0 && excluded?.Invoke(relative, isDirectory) == true) return 0;
        if (name != ".") tar.WriteEntry(path, isDirectory ? name + "/" : name);
        if (!isDirectory) return new FileInfo(path) is { LinkTarget: null } file ? file.Length : 0;
        long size = 0;
        foreach (var child in Directory.GetFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            var leaf = Path.GetFileName(child);
            size += Add(tar, child, name == "." ? leaf : $"{name}/{leaf}", false, excluded, relative.Length == 0 ? leaf : $"{relative}/{leaf}");
        }

        return size;
    }
}
