namespace Davit.Cli.Commands;

/// <summary>Writes a stream to standard output, or to a file that appears whole or not at all.</summary>
internal static class OutputFile
{
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
