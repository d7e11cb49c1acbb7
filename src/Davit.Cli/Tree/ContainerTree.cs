using Davit.Cli.Commands.Container;
using Davit.Cli.Commands.Host;
using Davit.Cli.Options;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit container</c>, and with it the commands of the top level that act on containers.</summary>
internal static class ContainerTree
{
    internal static CommandNode Group { get; } = new("container", "Manage containers", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("attach", "Attach local standard input, output, and error streams to a running container", "[OPTIONS] CONTAINER", AttachCommand.RunAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Containers, Also = "container attach, attach",
            FlagTable = """
                    --detach-keys string   Override the key sequence for detaching a container
                    --no-stdin             Do not attach STDIN
                    --sig-proxy            Proxy all received signals to the process (default true)
                """,
        },
        new("commit", "Create a new image from a container's changes", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", CommitCommand.RunAsync)
        {
            Least = 1, Most = 2, Completes = Completes.Containers, Also = "container commit, commit",
            FlagTable = """
                -a, --author string    Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")
                -c, --change list      Apply Dockerfile instruction to the created image
                -m, --message string   Commit message
                -p, --pause            Pause container during commit (default true)
                !    --no-pause   Disable pausing container during commit
                """,
        },
        new("cp", "Copy files/folders between a container and the local filesystem", "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", CopyCommand.RunAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Containers, Also = "container cp, cp",
            MoreUsage = "davit cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
            Description = """
                Copy files/folders between a container and the local filesystem

                Use '-' as the source to read a tar archive from stdin
                and extract it to a directory destination in a container.
                Use '-' as the destination to stream a tar archive of a
                container source to stdout.
                """,
            FlagTable = """
                -a, --archive       Archive mode (copy all uid/gid information)
                -L, --follow-link   Always follow symbol link in SRC_PATH
                -q, --quiet         Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached
                """,
        },
        new("create", "Create a new container", "[OPTIONS] IMAGE [COMMAND] [ARG...]", RunCommand.CreateAsync)
        {
            Least = 1, Completes = Completes.Images, Interspersed = false, Also = "container create, create",
            FlagTable = ContainerFlags.Create,
        },
        new("diff", "Inspect changes to files or directories on a container's filesystem", "CONTAINER", LifecycleCommands.DiffAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Containers, Also = "container diff, diff",
        },
        new("exec", "Execute a command in a running container", "[OPTIONS] CONTAINER COMMAND [ARG...]", ExecCommand.RunAsync)
        {
            Least = 2, Completes = Completes.Containers, Interspersed = false, Also = "container exec, exec",
            FlagTable = """
                -d, --detach               Detached mode: run command in the background
                    --detach-keys string   Override the key sequence for detaching a container
                -e, --env list             Set environment variables
                    --env-file list        Read in a file of environment variables
                -i, --interactive          Keep STDIN open even if not attached
                    --privileged           Give extended privileges to the command
                -t, --tty                  Allocate a pseudo-TTY
                -u, --user string          Username or UID (format: "<name|uid>[:<group|gid>]")
                -w, --workdir string       Working directory inside the container
                """,
        },
        new("export", "Export a container's filesystem as a tar archive", "[OPTIONS] CONTAINER", LifecycleCommands.ExportAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Containers, Also = "container export, export",
            FlagTable = """
                -o, --output string   Write to a file, instead of STDOUT
                """,
        },
        new("inspect", "Display detailed information on one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", InspectCommand.ContainersAsync)
        {
            Least = 1, Completes = Completes.Containers,
            FlagTable = """
                -f, --format string   @inspect
                -s, --size            Display total file sizes
                """,
        },
        new("kill", "Kill one or more running containers", "[OPTIONS] CONTAINER [CONTAINER...]", LifecycleCommands.KillAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container kill, kill",
            FlagTable = """
                -s, --signal string   Signal to send to the container
                """,
        },
        new("logs", "Fetch the logs of a container", "[OPTIONS] CONTAINER", LogsCommand.RunAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Containers, Also = "container logs, logs",
            FlagTable = """
                    --details        Show extra details provided to logs
                -f, --follow         Follow log output
                    --since string   Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)
                -n, --tail string    Number of lines to show from the end of the logs (default "all")
                -t, --timestamps     Show timestamps
                    --until string   Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)
                """,
        },
        new("ls", "List containers", "[OPTIONS]", ListCommand.RunAsync)
        {
            Most = 0, Aliases = ["ps", "list"], Also = "container ls, container list, container ps, ps",
            FlagTable = """
                -a, --all             Show all containers (default shows just running)
                -f, --filter filter   Filter output based on conditions provided
                    --format string   @list
                -n, --last int        Show n last created containers (includes all states) (default -1)
                -l, --latest          Show the latest created container (includes all states)
                    --no-trunc        Don't truncate output
                -q, --quiet           Only display container IDs
                -s, --size            Display total file sizes
                """,
        },
        new("pause", "Pause all processes within one or more containers", "CONTAINER [CONTAINER...]", LifecycleCommands.PauseAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container pause, pause",
        },
        new("port", "List port mappings or a specific mapping for the container", "CONTAINER [PRIVATE_PORT[/PROTO]]", LifecycleCommands.PortAsync)
        {
            Least = 1, Most = 2, Completes = Completes.Containers, Also = "container port, port",
        },
        new("prune", "Remove all stopped containers", "[OPTIONS]", LifecycleCommands.PruneAsync)
        {
            Most = 0,
            FlagTable = """
                    --filter filter   Provide filter values (e.g. "until=<timestamp>")
                -f, --force           Do not prompt for confirmation
                """,
        },
        new("rename", "Rename a container", "CONTAINER NEW_NAME", LifecycleCommands.RenameAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Containers, Also = "container rename, rename",
        },
        new("restart", "Restart one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", LifecycleCommands.RestartAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container restart, restart",
            FlagTable = """
                -s, --signal string   Signal to send to the container
                -t, --timeout int     Seconds to wait before killing the container
                !    --time int   Seconds to wait before killing the container
                """,
        },
        new("rm", "Remove one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", LifecycleCommands.RemoveAsync)
        {
            Least = 1, Completes = Completes.Containers, Aliases = ["remove"], Also = "container rm, container remove, rm",
            FlagTable = """
                -f, --force     Force the removal of a running container (uses SIGKILL)
                -l, --link      Remove the specified link
                -v, --volumes   Remove anonymous volumes associated with the container
                """,
        },
        new("run", "Create and run a new container from an image", "[OPTIONS] IMAGE [COMMAND] [ARG...]", RunCommand.RunAsync)
        {
            Least = 1, Completes = Completes.Images, Interspersed = false, Also = "container run, run",
            FlagTable = ContainerFlags.Run,
        },
        new("start", "Start one or more stopped containers", "[OPTIONS] CONTAINER [CONTAINER...]", RunCommand.StartAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container start, start",
            FlagTable = """
                -a, --attach               Attach STDOUT/STDERR and forward signals
                    --detach-keys string   Override the key sequence for detaching a container
                -i, --interactive          Attach container's STDIN
                """,
        },
        new("stats", "Display a live stream of container(s) resource usage statistics", "[OPTIONS] [CONTAINER...]", StatsCommand.RunAsync)
        {
            Completes = Completes.Containers, Also = "container stats, stats",
            FlagTable = """
                -a, --all             Show all containers (default shows just running)
                    --format string   @list
                    --no-stream       Disable streaming stats and only pull the first result
                    --no-trunc        Do not truncate output
                """,
        },
        new("stop", "Stop one or more running containers", "[OPTIONS] CONTAINER [CONTAINER...]", LifecycleCommands.StopAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container stop, stop",
            FlagTable = """
                -s, --signal string   Signal to send to the container
                -t, --timeout int     Seconds to wait before killing the container
                !    --time int   Seconds to wait before killing the container
                """,
        },
        new("top", "Display the running processes of a container", "CONTAINER [ps OPTIONS]", LifecycleCommands.TopAsync)
        {
            Least = 1, Completes = Completes.Containers, Interspersed = false, Also = "container top, top",
        },
        new("unpause", "Unpause all processes within one or more containers", "CONTAINER [CONTAINER...]", LifecycleCommands.UnpauseAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container unpause, unpause",
        },
        new("update", "Update configuration of one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", UpdateCommand.RunAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container update, update",
            FlagTable = """
                    --blkio-weight uint16        Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)
                    --cpu-period int             Limit CPU CFS (Completely Fair Scheduler) period
                    --cpu-quota int              Limit CPU CFS (Completely Fair Scheduler) quota
                    --cpu-rt-period int          Limit the CPU real-time period in microseconds
                    --cpu-rt-runtime int         Limit the CPU real-time runtime in microseconds
                -c, --cpu-shares int             CPU shares (relative weight)
                    --cpus decimal               Number of CPUs
                    --cpuset-cpus string         CPUs in which to allow execution (0-3, 0,1)
                    --cpuset-mems string         MEMs in which to allow execution (0-3, 0,1)
                -m, --memory bytes               Memory limit
                    --memory-reservation bytes   Memory soft limit
                    --memory-swap bytes          Swap limit equal to memory plus swap: -1 to enable unlimited swap
                    --pids-limit int             Tune container pids limit (set -1 for unlimited)
                    --restart string             Restart policy to apply when a container exits
                """,
        },
        new("wait", "Block until one or more containers stop, then print their exit codes", "CONTAINER [CONTAINER...]", LifecycleCommands.WaitAsync)
        {
            Least = 1, Completes = Completes.Containers, Also = "container wait, wait",
        },
    ];
}
