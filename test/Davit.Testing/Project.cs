using System.Runtime.CompilerServices;

namespace Davit.Testing;

/// <summary>Where things are in the source tree that the tests were built from.</summary>
public static class Project
{
    /// <summary>Root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Path of a published executable; <c>./build.sh publish</c> makes them.</summary>
    public static string Executable(string name)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("DAVIT_BIN") ?? Path.Combine(Root, "artifacts/bin"), name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run ./build.sh publish first");
    }

    private static string FindRoot([CallerFilePath] string self = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "../.."));
}
