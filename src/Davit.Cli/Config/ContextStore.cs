using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Cli.Config;

/// <summary>docker's contexts on disk: <c>contexts/meta/HASH/meta.json</c> and the TLS files in <c>contexts/tls/HASH/docker</c>, HASH being the name's SHA-256.</summary>
internal sealed partial class ContextStore(string configDirectory)
{
    /// <summary>Names of TLS files of an endpoint.</summary>
    internal static readonly string[] TlsNames = ["ca.pem", "cert.pem", "key.pem"];

    private readonly string _root = Path.Combine(configDirectory, "contexts");

    /// <summary>Directory of a context's description.</summary>
    internal string MetaDirectory(string name) => Path.Combine(_root, "meta", Hash(name));

    /// <summary>Directory of a context's TLS files, one directory an endpoint.</summary>
    internal string TlsDirectory(string name) => Path.Combine(_root, "tls", Hash(name));

    /// <summary>True when there is such a context.</summary>
    internal bool Has(string name) => File.Exists(Path.Combine(MetaDirectory(name), "meta.json"));

    /// <summary>All contexts by name, without the default one.</summary>
    internal IReadOnlyList<ClientContext> All()
    {
        var meta = Path.Combine(_root, "meta");
        return !Directory.Exists(meta) ? [] : [.. Directory.GetDirectories(meta).Select(d => Path.Combine(d, "meta.json")).Where(File.Exists).Select(Load).OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    /// <summary>One context.</summary>
    /// <exception cref="DavitException">NotFound.</exception>
    internal ClientContext Read(string name)
    {
        var path = Path.Combine(MetaDirectory(name), "meta.json");
        return File.Exists(path) ? Load(path) : throw new DavitException(ErrorKind.NotFound, $"context \"{name}\": context not found: open {path}: no such file or directory", "davit context ls lists them");
    }

    /// <summary>Writes a context's description; it appears whole.</summary>
    internal void Write(string name, JsonObject document)
    {
        Directory.CreateDirectory(MetaDirectory(name));
        var path = Path.Combine(MetaDirectory(name), "meta.json");
        File.WriteAllText(path + ".new", document.ToJsonString());
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Keeps a TLS file of the docker endpoint, readable by its owner alone.</summary>
    internal void WriteTls(string name, string leaf, byte[] content)
    {
        var directory = Path.Combine(TlsDirectory(name), "docker");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var stream = new FileStream(Path.Combine(directory, leaf), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        stream.Write(content);
    }

    /// <summary>Removes a context with its TLS files.</summary>
    internal void Remove(string name)
    {
        if (Directory.Exists(MetaDirectory(name))) Directory.Delete(MetaDirectory(name), recursive: true);
        if (Directory.Exists(TlsDirectory(name))) Directory.Delete(TlsDirectory(name), recursive: true);
    }

    /// <summary>Refuses a name that docker's client would refuse.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    internal static void CheckName(string name)
    {
        if (name.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "context name cannot be empty");
        if (name == "default") throw new DavitException(ErrorKind.InvalidArgument, "\"default\" is a reserved context name");
        if (!ValidName().IsMatch(name)) throw new DavitException(ErrorKind.InvalidArgument, $"context name \"{name}\" is invalid, names are validated against regexp \"^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$\"");
    }

    private static string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private ClientContext Load(string path)
    {
        try
        {
            var document = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? [];
            var name = document["Name"]?.ToString() ?? "";
            return new ClientContext(name, document, MetaDirectory(name), TlsDirectory(name));
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{path}: {e.Message}", "remove the context and create it again");
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$")]
    private static partial Regex ValidName();
}
