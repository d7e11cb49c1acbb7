using System.Globalization;
using System.Text.Json;
using Davit.Linux.Mounts;
using Davit.Primitives;

namespace Davit.Runtime.Checkpoint;

/// <summary>
/// Standard streams that lead out of a container: CRIU keeps their names, and what is restored takes the runtime's own streams for them. The names lie beside
/// the images in <c>descriptors.json</c>, as runc writes it.
/// </summary>
internal static class ExternalFiles
{
    private const string FileName = "descriptors.json";

    /// <summary>Names of a process's streams: <c>pipe:[NUMBER]</c>, <c>file[MOUNT:NUMBER]</c> for a file outside of the container, else the path inside.</summary>
    internal static IReadOnlyList<string> Of(int pid)
    {
        var mounts = MountTable.Read(pid).Select(m => m.Id).ToHashSet();
        var names = new string[3];
        for (var i = 0; i < names.Length; i++)
        {
            try
            {
                names[i] = new FileInfo($"/proc/{pid}/fd/{i}").LinkTarget ?? "";
                var facts = File.ReadAllLines($"/proc/{pid}/fdinfo/{i}");
                if (names[i].StartsWith('/') && Fact(facts, "mnt_id:") is { } mount && !mounts.Contains((int)mount) && Fact(facts, "ino:") is { } inode) names[i] = string.Create(CultureInfo.InvariantCulture, $"file[{mount:x}:{inode:x}]");
            }
            catch (IOException)
            {
                names[i] = ""; // it has closed the stream
            }
        }

        return names;
    }

    internal static void Write(string images, IReadOnlyList<string> names)
    {
        using var file = new FileStream($"{images}/{FileName}", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        using var writer = new Utf8JsonWriter(file);
        writer.WriteStartArray();
        foreach (var name in names) writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    /// <exception cref="DavitException">NotFound or DataLoss: there is no checkpoint of a container.</exception>
    internal static IReadOnlyList<string> Read(string images)
    {
        try
        {
            var reader = new Utf8JsonReader(File.ReadAllBytes($"{images}/{FileName}"));
            var names = new List<string>();
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String) names.Add(reader.GetString()!);
            }

            return names;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DavitException(ErrorKind.NotFound, $"{images} holds no checkpoint: open {images}/{FileName}: no such file or directory", inner: e);
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.DataLoss, $"{images}/{FileName} is damaged: {e.Message}", inner: e);
        }
    }

    /// <summary>True for a stream that what is restored takes from the runtime.</summary>
    internal static bool IsOutside(string name) => name.StartsWith("pipe:[", StringComparison.Ordinal) || name.StartsWith("file[", StringComparison.Ordinal);

    private static ulong? Fact(string[] lines, string name) =>
        lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line && ulong.TryParse(line.AsSpan(name.Length).Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;
}
