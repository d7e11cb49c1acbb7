using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Lifecycle;

/// <summary>The configuration of a bundle (bundle.md).</summary>
internal static class BundleDocument
{
    /// <summary>Reads and checks it.</summary>
    /// <param name="bundle">Directory.</param>
    /// <param name="name">File in it.</param>
    /// <returns>The configuration, and its text.</returns>
    /// <exception cref="DavitException">NotFound, or InvalidArgument: what is wrong, and where.</exception>
    internal static (Spec Spec, byte[] Config) Read(string bundle, string name)
    {
        var path = Path.Combine(bundle, name);
        try
        {
            var config = File.ReadAllBytes(path);
            var spec = SpecDocument.Read(config);
            DocumentRules.Check(spec);
            return (spec, config);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DavitException(ErrorKind.NotFound, $"JSON specification file {path} not found", "make one with spec", e);
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{path}: {e.Message}", inner: e);
        }
    }
}
