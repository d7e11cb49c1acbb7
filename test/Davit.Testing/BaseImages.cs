using System.IO.Compression;

namespace Davit.Testing;

/// <summary>The stand-in base images that <c>eng/images</c> makes from Debian's packages.</summary>
public static class BaseImages
{
    private static readonly SemaphoreSlim Gate = new(1, 1);

    /// <summary>Path of the (compressed) root file system of a one-layer image, made when it is not there yet.</summary>
    public static async Task<string> RootTarAsync(string name)
    {
        var directory = await MakeAsync(name);
        return Path.Combine(directory, "1.tar.gz");
    }

    /// <summary>Makes an image if it is not there yet, and tells where its parts are.</summary>
    public static async Task<string> MakeAsync(string name)
    {
        await Gate.WaitAsync();
        try
        {
            (await Command.RunAsync(Script, ["make", name], limit: TimeSpan.FromMinutes(9))).Succeeded();
            return (await Command.RunAsync(Script, ["dir", name])).Succeeded().Text;
        }
        finally
        {
            Gate.Release();
        }
    }

    internal static string Script => Path.Combine(Project.Root, "eng/images/images");
}
