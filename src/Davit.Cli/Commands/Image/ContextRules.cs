using Davit.Dockerfile.Ignore;

namespace Davit.Cli.Commands.Image;

/// <summary>What of a directory travels to the builder. The Dockerfile and <c>.dockerignore</c> always do: the builder leaves them out of COPY by itself.</summary>
internal sealed class ContextRules(IgnoreFile ignore, IReadOnlyList<string> always)
{
    /// <summary>Reads the ignore file of a Dockerfile (<c>NAME.dockerignore</c>), or the context's.</summary>
    /// <param name="root">The context.</param>
    /// <param name="dockerfile">Its Dockerfile, relative to the root.</param>
    /// <param name="dockerfileInside">Whether that is a file of the context.</param>
    /// <exception cref="Primitives.DavitException">InvalidArgument: a pattern is broken.</exception>
    internal static ContextRules Load(string root, string dockerfile, bool dockerfileInside)
    {
        var own = dockerfile + ".dockerignore";
        var name = File.Exists(Path.Combine(root, own)) ? own : ".dockerignore";
        var path = Path.Combine(root, name);
        return new ContextRules(IgnoreFile.Parse(File.Exists(path) ? File.ReadAllText(path) : ""), dockerfileInside ? [dockerfile, name] : [name]);
    }

    /// <summary>True when a path (and, for a directory, everything below it) stays behind.</summary>
    internal bool Excludes(string path, bool isDirectory)
    {
        if (ignore.IsEmpty || always.Contains(path)) return false;
        if (isDirectory && (ignore.HasExceptions || always.Any(a => a.StartsWith(path + "/", StringComparison.Ordinal)))) return false;
        return ignore.Ignores(path);
    }
}
