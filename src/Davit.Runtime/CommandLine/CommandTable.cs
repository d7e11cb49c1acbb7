namespace Davit.Runtime.CommandLine;

/// <summary>All commands: those of runc, with the options that crun has beside.</summary>
internal static class CommandTable
{
    private const string Id = "<container-id>";

    private static readonly CommandOption Bundle = Value("bundle,b", "path to the root of the bundle directory, defaults to the current directory");
    private static readonly CommandOption Console = Value("console-socket", "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal");
    private static readonly CommandOption PidFd = Value("pidfd-socket", "path to an AF_UNIX socket which will receive a file descriptor referencing the process");
    private static readonly CommandOption PidFile = Value("pid-file", "specify the file to write the process id to");
    private static readonly CommandOption Detach = Flag("detach,d", "detach from the container's process");
    private static readonly CommandOption Preserve = Value("preserve-fds", "pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)");
    private static readonly CommandOption Regex = Flag("regex,r", "the container-id is an extended regular expression (regex(7)) that stands for all containers whose ids it matches");
    private static readonly CommandOption Format = Value("format,f", "select one of: table or json (default: \"table\")");

    private static readonly CommandOption[] Images =
    [
        Value("image-path", "directory of criu's image files (default: \"checkpoint\")"), Value("work-path", "directory of criu's work files and logs (default: that of the images)"),
        Flag("tcp-established", "allow open tcp connections"), Flag("link-remap", "allow one to link unlinked files back when possible"), Flag("ext-unix-sk", "allow external unix sockets"), Flag("shell-job", "allow shell jobs"),
        Flag("lazy-pages", "use userfaultfd to lazily restore memory pages"), Flag("file-locks", "handle file locks, for safety"), Value("manage-cgroups-mode", "cgroups mode: soft|full|strict|ignore (default: soft)"),
        Value("empty-ns", "create a namespace, but don't restore its properties"), Flag("auto-dedup", "enable auto deduplication of memory images"),
        Value("network-lock", "how packets are kept away meanwhile: iptables|nftables|skip (default: iptables where iptables-restore is, else nftables)"),
    ];

    private static readonly CommandOption[] Create =
    [
        Bundle, Value("config,f", "name of the configuration file, instead of config.json in the bundle"), Console, PidFd, PidFile,
        Flag("no-pivot", "move the root and chroot into it instead of pivot_root, for a host whose root is a ramdisk"),
        Flag("no-new-keyring", "do not create a new session keyring for the container: it inherits the caller's"), Preserve,
        Flag("no-subreaper", "do not reap processes whose parent has ended"),
    ];

    /// <summary>The program's own options.</summary>
    internal static CommandEntry Program { get; } = new("", "command", "runs OCI containers (runtime specification 1.3)", 0, int.MaxValue,
        Flag("debug", "enable debug logging"),
        Value("log", "set the log file to write logs to (default is '/dev/stderr')"),
        Value("log-format", "set the log format ('text' (default), or 'json')"),
        Value("log-level", "write messages of this level and above: 'error', 'warning' (default) or 'debug'"),
        Value("root", "root directory for storage of container state (this should be located in tmpfs)"),
        Flag("systemd-cgroup", "have systemd make the cgroups; cgroupsPath is then of the form \"slice:prefix:name\""),
        Value("cgroup-manager", "who makes the cgroups: 'cgroupfs' (default), 'systemd' or 'disabled'"),
        Value("rootless", "do without a cgroup where none may be made ('true', 'false', or 'auto')"),
        Value("criu", ""),
        Flag("help,h", "show help"),
        Flag("version,v", "print the version"));

    /// <summary>The commands in the order of the help.</summary>
    internal static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("checkpoint", Id, "checkpoint a running container", 1, 1,
            [.. Images, Value("parent-path", "path for previous criu image files in pre-dump"), Flag("leave-running", "leave the process running after checkpointing"), Flag("tcp-skip-in-flight", "skip in-flight tcp connections"),
            Value("status-fd", "criu writes \\0 to this FD once lazy-pages is ready (default: -1)"), Value("page-server", "ADDRESS:PORT of the page server"),
            Flag("pre-dump", "dump container's memory information only, leave the container running after this")]),
        new("create", Id, "create a container", 1, 1, Create),
        new("delete", Id, "delete any resources held by the container often used with detached container", 1, 1, Flag("force,f", "forcibly deletes the container if it is still running (uses SIGKILL)"), Regex),
        new("events", Id, "display container events such as OOM notifications, cpu, memory, and IO usage statistics", 1, 1,
            Value("interval", "set the stats collection interval (default: 5s)"), Flag("stats", "display the container's stats then exit")),
        new("exec", $"{Id} <command> [command options]  || -p process.json {Id}", "execute new process inside the container", 1, int.MaxValue,
            Console, PidFd, Value("cwd", "current working directory in the container"), Value("env,e", "set environment variables"), Flag("tty,t", "allocate a pseudo-TTY"),
            Value("user,u", "UID (format: <uid>[:<gid>])"), Value("additional-gids,g", "additional gids"), Value("process,p", "path to the process.json"), Detach, PidFile,
            Value("process-label", "set the SELinux label of the process"), Value("apparmor", "set the apparmor profile for the process"), Flag("no-new-privs", "set the no new privileges value for the process"),
            Value("cap,c", "add a capability to the bounding set for the process"), Preserve, Value("cgroup", "run the process in an (existing) sub-cgroup(s). Format is [<controller>:]<cgroup>."),
            Flag("ignore-paused", "allow exec in a paused container"), Flag("no-new-keyring", "do not create a new session keyring for the process")),
        new("kill", $"{Id} [signal]", "kill sends the specified signal (default: SIGTERM) to the container's init process", 1, 2, Flag("all,a", "send the signal to all processes of the container"), Regex),
        new("list", "", "lists containers started with the given root", 0, 0, Format, Flag("quiet,q", "display only container IDs")),
        new("pause", Id, "pause suspends all processes inside the container", 1, 1),
        new("ps", $"{Id} [ps options]", "ps displays the processes running inside a container", 1, int.MaxValue, Format),
        new("restore", Id, "restore a container from a previous checkpoint", 1, 1,
            [Console, .. Images, Bundle, Detach, PidFile, Flag("no-subreaper", "do not reap processes whose parent has ended"), Flag("no-pivot", "refused: criu always uses pivot_root"),
            Value("lsm-profile", "Specify an LSM profile to be used during restore in the form of TYPE:NAME."), Value("lsm-mount-context", "Specify an LSM mount context to be used during restore."), Flag("tcp-close", "restore connected tcp sockets in closed state")]),
        new("resume", Id, "resumes all processes that have been previously paused", 1, 1),
        new("run", Id, "create and run a container", 1, 1, [.. Create, Detach, Flag("keep", "do not delete the container after it exits")]),
        new("spec", "", "create a new specification file", 0, 0, Bundle, Value("file,f", "file to write, instead of config.json in the bundle"), Flag("rootless", "generate a configuration for a rootless container")),
        new("start", Id, "executes the user defined process in a created container", 1, 1),
        new("state", Id, "output the state of a container", 1, 1),
        new("update", Id, "update container resource constraints", 1, 1,
            Value("resources,r", "path to the file containing the resources to update or '-' to read from the standard input; all other options are then ignored"),
            Value("blkio-weight", "per cgroup weight, from 10 to 1000"), Value("cpu-period", "CPU CFS period to be used for hardcapping (in usecs)"), Value("cpu-quota", "CPU CFS hardcap limit (in usecs)"),
            Value("cpu-burst", "CPU CFS hardcap burst limit (in usecs)"), Value("cpu-share", "CPU shares (relative weight vs. other containers)"), Value("cpu-rt-period", "CPU realtime period (in usecs)"),
            Value("cpu-rt-runtime", "CPU realtime hardcap limit (in usecs)"), Value("cpuset-cpus", "CPU(s) to use"), Value("cpuset-mems", "memory node(s) to use"), Value("memory", "memory limit (in bytes)"),
            Value("cpu-idle", "0: default behavior, 1: SCHED_IDLE"), Value("memory-reservation", "memory reservation or soft limit (in bytes)"), Value("memory-swap", "total memory usage (memory + swap); '-1' for no limit"),
            Value("pids-limit", "maximum number of pids allowed in the container"), Value("kernel-memory-tcp", "limit of TCP buffers (in bytes, cgroup version 1)"),
            Value("kernel-memory", "ignored with a warning: kernels have no such limit any more"), Value("l3-cache-schema", "the string of Intel RDT/CAT L3 cache schema"), Value("mem-bw-schema", "the string of Intel RDT/MBA memory bandwidth schema")),
        new("features", "", "show the enabled features", 0, 0),
    ];

    internal static CommandEntry Of(string name) => All.Single(c => c.Name == name);

    private static CommandOption Value(string names, string text) => new(names, true, text);

    private static CommandOption Flag(string names, string text) => new(names, false, text);
}
