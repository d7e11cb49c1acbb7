using Davit.Primitives;

namespace Davit.Runtime.Checkpoint;

/// <summary>The <c>criu</c> of this machine: where it is, and what it can.</summary>
internal sealed class CriuProgram
{
    private int _version;

    private CriuProgram(string path) => Path = path;

    /// <summary>Its file.</summary>
    internal string Path { get; }

    /// <summary>Its version as one number: 4.2.1 is 40201.</summary>
    /// <exception cref="DavitException">It does not tell.</exception>
    internal int Version => _version != 0 ? _version : _version = Ask(new ProtoWriter().Number(1, (int)CriuRequestKind.Version), "version").Version;

    /// <summary>Looks for it in PATH.</summary>
    /// <exception cref="DavitException">NotFound: it is not there.</exception>
    internal static CriuProgram Find() => Which("criu") is { } path
        ? new CriuProgram(path)
        : throw new DavitException(ErrorKind.NotFound, "exec: \"criu\": executable file not found in $PATH: checkpoint and restore need CRIU, which Debian and Ubuntu have as package criu");

    /// <summary>A program in PATH, or null.</summary>
    internal static string? Which(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(d => d.StartsWith('/')).Select(d => $"{d}/{name}").FirstOrDefault(p => File.Exists(p) && (File.GetUnixFileMode(p) & UnixFileMode.OtherExecute) != 0);

    /// <summary>Refuses what an older one would pass over without a word.</summary>
    /// <exception cref="DavitException">FailedPrecondition: it is older.</exception>
    internal void Require(int version, string what)
    {
        if (Version < version) throw new DavitException(ErrorKind.FailedPrecondition, $"{what} requires at least CRIU {version / 10_000}.{version / 100 % 100}, and {Path} is {Version / 10_000}.{Version / 100 % 100}.{Version % 100}");
    }

    /// <summary>Refuses what this kernel doesn't let it do.</summary>
    /// <exception cref="DavitException">FailedPrecondition: the feature is missing.</exception>
    internal void RequireFeatures(bool memoryTracking, bool lazyPages)
    {
        if (!memoryTracking && !lazyPages) return;
        var asked = new ProtoWriter().Flag(1, memoryTracking).Flag(2, lazyPages);
        var has = Ask(new ProtoWriter().Number(1, (int)CriuRequestKind.FeatureCheck).Message(5, asked), "feature");
        if (memoryTracking && !has.MemoryTracking) throw new DavitException(ErrorKind.FailedPrecondition, "criu is missing features: [MemTrack]: this kernel doesn't track which memory changes (CONFIG_MEM_SOFT_DIRTY), which --pre-dump needs");
        if (lazyPages && !has.LazyPages) throw new DavitException(ErrorKind.FailedPrecondition, "criu is missing features: [LazyPages]: this kernel can't fetch memory later (CONFIG_USERFAULTFD), which --lazy-pages needs");
    }

    private CriuResponse Ask(ProtoWriter request, string what)
    {
        using var connection = new CriuConnection(Path, []);
        try
        {
            var response = connection.Run(request);
            return response.Success ? response : throw new DavitException(ErrorKind.FailedPrecondition, $"criu failed: {what} check errno {response.ErrorNumber}: `criu check` tells more");
        }
        catch (DavitException e) when (e.Kind == ErrorKind.Internal)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"CRIU {what} check failed: {e.Message}: `criu check` tells more", inner: e);
        }
    }
}
