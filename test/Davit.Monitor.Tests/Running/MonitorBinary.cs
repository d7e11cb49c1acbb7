namespace Davit.Monitor.Tests.Running;

/// <summary>The native executable under test: only that counts, since forking from a just-in-time compiler's process is no option.</summary>
internal static class MonitorBinary
{
    internal static string? Path { get; } = Find();

    internal static string SkipReason => "artifacts/bin/davit-monitor is missing: ./build.sh publish";

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = System.IO.Path.Combine(directory.FullName, "artifacts", "bin", "davit-monitor");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
