namespace Davit.Engine.Mounts;

/// <summary>Paths as text, without looking at any file.</summary>
internal static class ContainerPath
{
    /// <summary>An absolute path without <c>.</c>, <c>..</c>, doubled or trailing slashes; <c>..</c> stops at the root.</summary>
    public static string Clean(string path)
    {
        List<string> parts = [];
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
                continue;
            }

            parts.Add(part);
        }

        return "/" + string.Join('/', parts);
    }
}
