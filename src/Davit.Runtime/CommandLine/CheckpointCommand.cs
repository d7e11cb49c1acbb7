using System.Globalization;
using Davit.Primitives;
using Davit.Runtime.Checkpoint;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The commands <c>checkpoint</c> and <c>restore</c>.</summary>
internal static class CheckpointCommand
{
    private const int GetFlags = 3, AccessMode = 3;

    internal static int Run(OciContainers containers, OptionSet options)
    {
        containers.Directory.Read(options.Rest[0]);
        containers.Checkpoint(Request(options));
        return 0;
    }

    internal static int Restore(OciContainers containers, OptionSet options)
    {
        if (options.Has("no-pivot")) throw new DavitException(ErrorKind.NotImplemented, "--no-pivot: criu always leaves the host's root by pivot_root");
        var place = new CreateRequest
        {
            Id = options.Rest[0],
            Bundle = options.Value("bundle") is { Length: > 0 } bundle ? bundle : ".",
            ConsoleSocket = options.Value("console-socket"),
            PidFile = options.Value("pid-file"),
            Detach = options.Has("detach"),
        };
        if (!place.Detach && !options.Has("no-subreaper")) ForegroundProcess.Adopt();
        if (!place.Detach) ForegroundProcess.Expect();
        var process = containers.Restore(place, Request(options));
        if (place.Detach) return 0;
        var code = OciCommands.Finish(process);
        containers.Delete(place.Id, force: true);
        return code;
    }

    private static CheckpointRequest Request(OptionSet options)
    {
        var images = Path.GetFullPath(options.Value("image-path") is { Length: > 0 } path ? path : "checkpoint");
        foreach (var name in options.Values("empty-ns"))
        {
            if (name != "network") throw new DavitException(ErrorKind.InvalidArgument, $"namespace \"{name}\" is not supported");
        }

        return new()
        {
            Id = options.Rest[0],
            ImagePath = images,
            WorkPath = options.Value("work-path") is { Length: > 0 } work ? Path.GetFullPath(work) : null,
            ParentPath = Parent(options.Value("parent-path"), images),
            LeaveRunning = options.Has("leave-running"),
            PreDump = options.Has("pre-dump"),
            TcpEstablished = options.Has("tcp-established"),
            TcpSkipInFlight = options.Has("tcp-skip-in-flight"),
            TcpClose = options.Has("tcp-close"),
            LinkRemap = options.Has("link-remap"),
            ExternalUnixSockets = options.Has("ext-unix-sk"),
            ShellJob = options.Has("shell-job"),
            FileLocks = options.Has("file-locks"),
            AutoDedup = options.Has("auto-dedup"),
            LazyPages = options.Has("lazy-pages"),
            StatusDescriptor = options.Has("lazy-pages") ? Status(options.Value("status-fd")) : -1,
            PageServer = Server(options.Value("page-server")),
            CgroupMode = options.Word("manage-cgroups-mode", "", "soft", "full", "strict", "ignore") switch
            {
                "full" => CgroupMode.Full,
                "strict" => CgroupMode.Strict,
                "ignore" => CgroupMode.Ignore,
                _ => CgroupMode.Soft,
            },
            NetworkLock = options.Word("network-lock", "iptables", "nftables", "skip") switch
            {
                "iptables" => NetworkLock.Iptables,
                "nftables" => NetworkLock.Nftables,
                "skip" => NetworkLock.Skip,
                _ => null,
            },
            LsmProfile = options.Value("lsm-profile") is { Length: > 0 } profile ? profile : null,
            LsmMountContext = options.Value("lsm-mount-context") is { Length: > 0 } context ? context : null,
        };
    }

    private static string? Parent(string? path, string images)
    {
        if (string.IsNullOrEmpty(path)) return null;
        if (path.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, "--parent-path must be relative");
        var parent = Path.Combine(images, path);
        return Directory.Exists(parent) ? path : throw new DavitException(ErrorKind.InvalidArgument, $"invalid --parent-path: stat {parent}: {(File.Exists(parent) ? "not a directory" : "no such file or directory")}");
    }

    private static (string Address, int Port)? Server(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var colon = text.LastIndexOf(':');
        var address = colon < 0 ? "" : text[..colon].TrimStart('[').TrimEnd(']');
        if (address.Length == 0 || colon == text.Length - 1) throw new DavitException(ErrorKind.InvalidArgument, "Use --page-server ADDRESS:PORT to specify page server");
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue ? (address, port) : throw new DavitException(ErrorKind.InvalidArgument, "Invalid port number");
    }

    private static int Status(string? text)
    {
        if (text is null or "-1") return -1;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for flag -status-fd: parse error");
        Kernel.Prepare();
        var flags = Kernel.Call(SystemCall.Fcntl, descriptor, GetFlags);
        if (flags < 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid --status-fd argument {descriptor}: bad file descriptor");
        return (flags & AccessMode) != 0 ? descriptor : throw new DavitException(ErrorKind.InvalidArgument, $"invalid --status-fd argument {descriptor}: not writable");
    }
}
