using Davit.Build.Graph;
using Davit.Dockerfile.Ignore;
using Davit.Linux.Directories;
using Davit.Oci;

namespace Davit.Build.Trees;

/// <summary>Checksum of what a copy takes: names, types, modes, links and bytes; owners only where they are kept; never times.</summary>
internal static class TreeChecksum
{
    public static Digest Compute(IReadOnlyList<Selection> selections, IgnoreFile? exclude, CancellationToken cancellation)
    {
        var items = new List<(Selection Selection, TreeEntry Entry)>();
        foreach (var selection in selections)
        {
            if (selection.Tree.Stat(selection.Path) is not { } stat) continue;
            items.Add((selection, new TreeEntry(selection.Path, stat)));
            if (!selection.IsDirectory) continue;
            foreach (var entry in selection.Tree.Walk(selection.Path, exclude, selection.Path))
            {
                cancellation.ThrowIfCancellationRequested();
                items.Add((selection, entry));
            }
        }

        HashContents(items, cancellation);
        using var hasher = new OpHasher("tree");
        foreach (var (selection, entry) in items) Add(hasher, selection, entry);
        return hasher.Finish();
    }

    /// <summary>Reads the files on all processors; the results stay with the tree.</summary>
    private static void HashContents(List<(Selection Selection, TreeEntry Entry)> items, CancellationToken cancellation)
    {
        var files = items.Where(i => i.Entry.Stat.IsRegular).ToList();
        if (files.Count < 16) return;
        Parallel.ForEach(files, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, item => item.Selection.Tree.ContentHash(item.Entry.Path));
    }

    private static void Add(OpHasher hasher, Selection selection, TreeEntry entry)
    {
        var isTop = entry.Path == selection.Path;

        // the name of a copied directory is nowhere in the result, that of a file may be
        var name = isTop ? (selection.IsDirectory ? "" : selection.Name) : entry.Path[(selection.Path.Length == 0 ? 0 : selection.Path.Length + 1)..];
        hasher.Add("name", isTop && selection.Name.Contains('/', StringComparison.Ordinal) ? selection.Name : name).Add("mode", entry.Stat.Mode);
        if (selection.Tree.KeepOwner)
        {
            hasher.Add("uid", entry.Stat.Uid).Add("gid", entry.Stat.Gid);
            foreach (var (attribute, value) in selection.Tree.Attributes(entry.Path)) hasher.Add("attribute", attribute).Add("value", Convert.ToHexString(value));
        }

        switch (entry.Stat.Type)
        {
            case FileTypes.Regular:
                hasher.Add("content", Convert.ToHexString(selection.Tree.ContentHash(entry.Path)));
                break;
            case FileTypes.SymbolicLink:
                hasher.Add("link", selection.Tree.ReadLink(entry.Path));
                break;
            case FileTypes.CharacterDevice or FileTypes.BlockDevice:
                hasher.Add("major", entry.Stat.DeviceMajor).Add("minor", entry.Stat.DeviceMinor);
                break;
        }
    }
}
