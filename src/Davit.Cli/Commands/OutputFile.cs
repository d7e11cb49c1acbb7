using Davit.Primitives;

namespace Davit.Cli.Commands;

/// <summary>Writes a stream to standard output, or to a file that appears whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a place where no file can be made, before anything is asked of the engine.</summary>
    /// <exception cref="DavitException">NotFound: the directory does not exist.</exception>
    internal static void Check(string path, string what)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory)) throw new DavitException(ErrorKind.NotFound, $"{what}: invalid output path: stat {directory}: no such file or directory", "make the directory first");
    }

    internal static async Task WriteAsync(CliContext context, string? path, Stream content)
    {
        if (path is null)
        {
            await content.CopyToAsync(context.RawOut);
            return;
        }

        var temporary = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write)) await content.CopyToAsync(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
