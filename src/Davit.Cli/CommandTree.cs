using Davit.Cli.Commands.Container;
using Davit.Cli.Commands.Host;
using Davit.Cli.Commands.Image;
using Davit.Cli.Commands.Network;
using Davit.Cli.Commands.Volume;
using Davit.Cli.Options;
using Davit.Cli.Parsing;

namespace Davit.Cli;

/// <summary>Every command, with its flags. Commands of the top level stand in their management group too.</summary>
internal static class CommandTree
{
    private const string Common = "Common Commands";
    private const string Management = "Management Commands";
    private const string Other = "Commands";

    private static readonly CommandNode Run = new() { Name = "run", Summary = "Create and run a new container from an image", Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]", Flags = ContainerFlags.Run, Least = 1, Interspersed = false, UsageExitCode = 125, Completes = "images", Section = Common, Run = RunCommand.RunAsync };
    private static readonly CommandNode Exec = new() { Name = "exec", Summary = "Execute a command in a running container", Usage = "[OPTIONS] CONTAINER COMMAND [ARG...]", Least = 2, Interspersed = false, Completes = "containers", Section = Common, Run = ExecCommand.RunAsync, Flags = Flag.Table("""
        -d, --detach               Detached mode: run command in the background
            --detach-keys string   Override the key sequence for detaching a container
        -e, --env list             Set environment variables
            --env-file list        Read in a file of environment variables
        -i, --interactive          Keep STDIN open even if not attached
            --privileged           Give extended privileges to the command
        -t, --tty                  Allocate a pseudo-TTY
        -u, --user string          Username or UID (format: "<name|uid>[:<group|gid>]")
        -w, --workdir string       Working directory inside the container
        """) };
    private static readonly CommandNode List = new() { Name = "ps", Summary = "List containers", Usage = "[OPTIONS]", Most = 0, Section = Common, Run = ListCommand.RunAsync, Flags = Flag.Table("""
        -a, --all             Show all containers (default shows just running)
        -f, --filter filter   Filter output based on conditions provided
            --format string   Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE
        -n, --last int        Show n last created containers (includes all states) (default -1)
        -l, --latest          Show the latest created container (includes all states)
            --no-trunc        Don't truncate output
        -q, --quiet           Only display container IDs
        -s, --size            Display total file sizes
        """) };
    private static readonly CommandNode Build = new() { Name = "build", Summary = "Build an image from a Dockerfile", Usage = "[OPTIONS] PATH | URL | -", Least = 1, Most = 1, Section = Common, Run = BuildCommand.RunAsync, Flags = Flag.Table("""
            --add-host list          Add a custom host-to-IP mapping ("host:ip")
            --build-arg list         Set build-time variables
            --cache-from list        Images to consider as cache sources
            --cgroup-parent string   Set the parent cgroup for the "RUN" instructions during build
            --cpu-period int         Limit the CPU CFS (Completely Fair Scheduler) period
            --cpu-quota int          Limit the CPU CFS (Completely Fair Scheduler) quota
        -c, --cpu-shares int         CPU shares (relative weight)
            --cpuset-cpus string     CPUs in which to allow execution (0-3, 0,1)
            --cpuset-mems string     MEMs in which to allow execution (0-3, 0,1)
        -f, --file string            Name of the Dockerfile (Default is "PATH/Dockerfile")
            --force-rm               Always remove intermediate containers
            --iidfile string         Write the image ID to the file
            --label list             Set metadata for an image
        -m, --memory bytes           Memory limit
            --memory-swap bytes      Swap limit equal to memory plus swap: -1 to enable unlimited swap
            --network string         Set the networking mode for the "RUN" instructions during build (default "default")
            --no-cache               Do not use cache when building the image
            --platform string        Set platform if server is multi-platform capable
            --pull                   Always attempt to pull a newer version of the image
        -q, --quiet                  Suppress the build output and print image ID on success
            --rm                     Remove intermediate containers after a successful build (default true)
            --shm-size bytes         Size of "/dev/shm"
        -t, --tag list               Name and optionally a tag in the "name:tag" format
            --target string          Set the target build stage to build
        """) };
    private static readonly CommandNode Pull = new() { Name = "pull", Summary = "Download an image from a registry", Usage = "[OPTIONS] NAME[:TAG|@DIGEST]", Least = 1, Most = 1, Section = Common, Run = PullCommand.RunAsync, Flags = Flag.Table("""
        -a, --all-tags          Download all tagged images in the repository
            --platform string   Set platform if server is multi-platform capable
        -q, --quiet             Suppress verbose output
        """) };
    private static readonly CommandNode Push = new() { Name = "push", Summary = "Upload an image to a registry", Usage = "[OPTIONS] NAME[:TAG]", Least = 1, Most = 1, Completes = "images", Section = Common, Run = PullCommand.PushAsync, Flags = Flag.Table("""
        -a, --all-tags          Push all tags of an image to the repository
            --platform string   Push a platform-specific manifest as a single-platform image to the registry
        -q, --quiet             Suppress verbose output
        """) };
    private static readonly CommandNode Images = new() { Name = "images", Summary = "List images", Usage = "[OPTIONS] [REPOSITORY[:TAG]]", Most = 1, Section = Common, Completes = "images", Run = ImageCommands.ListAsync, Flags = Flag.Table("""
        -a, --all             Show all images (default hides intermediate and dangling images)
            --digests         Show digests
        -f, --filter filter   Filter output based on conditions provided
            --format string   Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE
            --no-trunc        Don't truncate output
        -q, --quiet           Only show image IDs
        """) };
    private static readonly CommandNode Login = new() { Name = "login", Summary = "Authenticate to a registry", Usage = "[OPTIONS] [SERVER]", Most = 1, Section = Common, Run = HostCommands.LoginAsync, Flags = Flag.Table("""
        -p, --password string   Password or Personal Access Token (PAT)
            --password-stdin    Take the Password or Personal Access Token (PAT) from stdin
        -u, --username string   Username
        """) };
    private static readonly CommandNode Logout = new() { Name = "logout", Summary = "Log out from a registry", Usage = "[SERVER]", Most = 1, Section = Common, Run = HostCommands.LogoutAsync };
    private static readonly CommandNode Version = new() { Name = "version", Summary = "Show the Davit version information", Usage = "[OPTIONS]", Most = 0, Section = Common, Run = HostCommands.VersionAsync, Flags = Format };
    private static readonly CommandNode Info = new() { Name = "info", Summary = "Display system-wide information", Usage = "[OPTIONS]", Most = 0, Section = Common, Run = HostCommands.InfoAsync, Flags = Format };

    private static readonly CommandNode[] ContainerVerbs =
    [
        Verb("attach", "Attach local standard input, output, and error streams to a running container", "[OPTIONS] CONTAINER", 1, 1, RunCommand.AttachAsync, """
                --detach-keys string   Override the key sequence for detaching a container
                --no-stdin             Do not attach STDIN
                --sig-proxy            Proxy all received signals to the process (default true)
            """),
        Verb("commit", "Create a new image from a container's changes", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", 1, 2, LifecycleCommands.CommitAsync, """
            -a, --author string    Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")
            -c, --change list      Apply Dockerfile instruction to the created image
            -m, --message string   Commit message
                --no-pause         Disable pausing container during commit
            !-p, --pause           Pause container during commit
            """),
        Verb("cp", "Copy files/folders between a container and the local filesystem", "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", 2, 2, CopyCommand.RunAsync, """
            -a, --archive       Archive mode (copy all uid/gid information)
            -L, --follow-link   Always follow symbol link in SRC_PATH
            -q, --quiet         Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached
            """),
        Verb("create", "Create a new container", "[OPTIONS] IMAGE [COMMAND] [ARG...]", 1, int.MaxValue, RunCommand.CreateAsync, null) with { Flags = ContainerFlags.Create, Interspersed = false, Completes = "images" },
        Verb("diff", "Inspect changes to files or directories on a container's filesystem", "CONTAINER", 1, 1, LifecycleCommands.DiffAsync, null),
        Verb("export", "Export a container's filesystem as a tar archive", "[OPTIONS] CONTAINER", 1, 1, LifecycleCommands.ExportAsync, "-o, --output string   Write to a file, instead of STDOUT"),
        Verb("kill", "Kill one or more running containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.KillAsync, "-s, --signal string   Signal to send to the container"),
        Verb("logs", "Fetch the logs of a container", "[OPTIONS] CONTAINER", 1, 1, LifecycleCommands.LogsAsync, """
                --details        Show extra details provided to logs
            -f, --follow         Follow log output
                --since string   Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)
            -n, --tail string    Number of lines to show from the end of the logs (default "all")
            -t, --timestamps     Show timestamps
                --until string   Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)
            """),
        Verb("pause", "Pause all processes within one or more containers", "CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.PauseAsync, null),
        Verb("port", "List port mappings or a specific mapping for the container", "CONTAINER [PRIVATE_PORT[/PROTO]]", 1, 2, LifecycleCommands.PortAsync, null),
        Verb("rename", "Rename a container", "CONTAINER NEW_NAME", 2, 2, LifecycleCommands.RenameAsync, null),
        Verb("restart", "Restart one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.RestartAsync, StopFlags),
        Verb("rm", "Remove one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.RemoveAsync, """
            -f, --force     Force the removal of a running container (uses SIGKILL)
            -l, --link      Remove the specified link
            -v, --volumes   Remove anonymous volumes associated with the container
            """) with { Aliases = ["remove"] },
        Verb("start", "Start one or more stopped containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, RunCommand.StartAsync, """
            -a, --attach               Attach STDOUT/STDERR and forward signals
                --detach-keys string   Override the key sequence for detaching a container
            -i, --interactive          Attach container's STDIN
            """),
        Verb("stats", "Display a live stream of container(s) resource usage statistics", "[OPTIONS] [CONTAINER...]", 0, int.MaxValue, StatsCommand.RunAsync, """
            -a, --all             Show all containers (default shows just running)
                --format string   Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE
                --no-stream       Disable streaming stats and only pull the first result
                --no-trunc        Do not truncate output
            """),
        Verb("stop", "Stop one or more running containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.StopAsync, StopFlags),
        Verb("top", "Display the running processes of a container", "CONTAINER [ps OPTIONS]", 1, int.MaxValue, LifecycleCommands.TopAsync, null) with { Interspersed = false },
        Verb("unpause", "Unpause all processes within one or more containers", "CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.UnpauseAsync, null),
        Verb("update", "Update configuration of one or more containers", "[OPTIONS] CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.UpdateAsync, """
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
            """),
        Verb("wait", "Block until one or more containers stop, then print their exit codes", "CONTAINER [CONTAINER...]", 1, int.MaxValue, LifecycleCommands.WaitAsync, null),
    ];

    private static readonly CommandNode[] ImageVerbs =
    [
        Verb("history", "Show the history of an image", "[OPTIONS] IMAGE", 1, 1, ImageCommands.HistoryAsync, """
                --format string     Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE
            -H, --human             Print sizes and dates in human readable format (default true)
                --no-trunc          Don't truncate output
                --platform string   Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
            -q, --quiet             Only show image IDs
            """, "images"),
        Verb("import", "Import the contents from a tarball to create a filesystem image", "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", 1, 2, ImageCommands.ImportAsync, """
            -c, --change list       Apply Dockerfile instruction to the created image
            -m, --message string    Set commit message for imported image
                --platform string   Set platform if server is multi-platform capable
            """, ""),
        Verb("load", "Load an image from a tar archive or STDIN", "[OPTIONS]", 0, 0, ImageCommands.LoadAsync, """
            -i, --input string      Read from tar archive file, instead of STDIN
                --platform string   Load only the given platform(s). Formatted as a comma-separated list of "os[/arch[/variant]]" (e.g., "linux/amd64,linux/arm64/v8").
            -q, --quiet             Suppress the load output
            """, ""),
        Verb("save", "Save one or more images to a tar archive (streamed to STDOUT by default)", "[OPTIONS] IMAGE [IMAGE...]", 1, int.MaxValue, ImageCommands.SaveAsync, """
            -o, --output string     Write to a file, instead of STDOUT
                --platform string   Save only the given platform(s). Formatted as a comma-separated list of "os[/arch[/variant]]" (e.g., "linux/amd64,linux/arm64/v8")
            """, "images"),
        Verb("tag", "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", 2, 2, ImageCommands.TagAsync, null, "images"),
    ];

    private static readonly CommandNode RemoveImage = Verb("rmi", "Remove one or more images", "[OPTIONS] IMAGE [IMAGE...]", 1, int.MaxValue, ImageCommands.RemoveAsync, """
        -f, --force             Force removal of the image
            --no-prune          Do not delete untagged parents
            --platform string   Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
        """, "images");

    private static readonly CommandNode Inspect = Verb("inspect", "Return low-level information on Davit objects", "[OPTIONS] NAME|ID [NAME|ID...]", 1, int.MaxValue, HostCommands.InspectAsync, """
        -f, --format string   Format output using a custom template: 'json' or a TEMPLATE
        -s, --size            Display total file sizes if the type is container
            --type string     Only inspect objects of the given type
        """);

    private static readonly CommandNode Events = Verb("events", "Get real time events from the server", "[OPTIONS]", 0, 0, HostCommands.EventsAsync, """
        -f, --filter filter   Filter output based on conditions provided
            --format string   Format output using a custom template: 'json' or a TEMPLATE
            --since string    Show all events created since timestamp
            --until string    Stream events until this timestamp
        """, "");

    /// <summary>The root of all commands.</summary>
    internal static CommandNode Root { get; } = new()
    {
        Name = "davit", Summary = "Build, ship and run containers", Usage = "[OPTIONS] COMMAND",
        Flags = Flag.Table("""
                --config string      Location of client config files (default "~/.docker")
            -c, --context string     Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var)
            -D, --debug              Enable debug mode
            -H, --host string        Daemon socket to connect to
            -l, --log-level string   Set the logging level ("debug", "info", "warn", "error", "fatal") (default "info")
                --tls                Use TLS; implied by --tlsverify
                --tlsverify          Use TLS and verify the remote
            -v, --version            Print version information and quit
            """),
        Children =
        [
            Run, Exec, List, Build, Pull, Push, Images, Login, Logout, Version, Info, .. ContainerVerbs, .. ImageVerbs, RemoveImage, Inspect, Events,
            Group("container", "Manage containers", [Run with { Section = Other }, Exec with { Section = Other }, List with { Name = "ls", Aliases = ["ps", "list"], Section = Other }, .. ContainerVerbs, As(Inspect, "container"), Prune("containers", LifecycleCommands.PruneAsync)]),
            Group("image", "Manage images", [Build with { Section = Other }, Pull with { Section = Other }, Push with { Section = Other }, Images with { Name = "ls", Aliases = ["list"], Section = Other }, .. ImageVerbs, RemoveImage with { Name = "rm", Aliases = ["remove"] }, As(Inspect, "image"), Prune("images", ImageCommands.PruneAsync, "-a, --all   Remove all unused images, not just dangling ones")]),
            Group("network", "Manage networks",
            [
                Verb("create", "Create a network", "[OPTIONS] NETWORK", 1, 1, NetworkCommands.CreateAsync, """
                        --attachable           Enable manual container attachment
                        --aux-address map      Auxiliary IPv4 or IPv6 addresses used by Network driver
                        --config-from string   The network from which to copy the configuration
                        --config-only          Create a configuration only network
                    -d, --driver string        Driver to manage the Network (default "bridge")
                        --gateway list         IPv4 or IPv6 Gateway for the master subnet
                        --ingress              Create swarm routing-mesh network
                        --internal             Restrict external access to the network
                        --ip-range list        Allocate container ip from a sub-range
                        --ipam-driver string   IP Address Management Driver (default "default")
                        --ipam-opt map         Set IPAM driver specific options
                        --ipv4                 Enable or disable IPv4 address assignment
                        --ipv6                 Enable or disable IPv6 address assignment
                        --label list           Set metadata on a network
                    -o, --opt map              Set driver specific options
                        --scope string         Control the network's scope
                        --subnet list          Subnet in CIDR format that represents a network segment
                    """, ""),
                Verb("connect", "Connect a container to a network", "[OPTIONS] NETWORK CONTAINER", 2, 2, NetworkCommands.ConnectAsync, """
                        --alias list           Add network-scoped alias for the container
                        --driver-opt list      driver options for the network
                        --gw-priority int      Highest gw-priority provides the default gateway. Accepts positive and negative values
                        --ip string            IPv4 address (e.g., "172.30.100.104")
                        --ip6 string           IPv6 address (e.g., "2001:db8::33")
                        --link list            Add link to another container
                        --link-local-ip list   Add a link-local address for the container
                    """, "networks"),
                Verb("disconnect", "Disconnect a container from a network", "[OPTIONS] NETWORK CONTAINER", 2, 2, NetworkCommands.DisconnectAsync, "-f, --force   Force the container to disconnect from a network", "networks"),
                Verb("inspect", "Display detailed information on one or more networks", "[OPTIONS] NETWORK [NETWORK...]", 1, int.MaxValue, NetworkCommands.InspectAsync, "-f, --format string   Format output using a custom template: 'json' or a TEMPLATE\n-v, --verbose   Verbose output for diagnostics", "networks"),
                Verb("ls", "List networks", "[OPTIONS]", 0, 0, NetworkCommands.ListAsync, ListFlags + "\n    --no-trunc        Do not truncate the output", "") with { Aliases = ["list"] },
                Prune("networks", NetworkCommands.PruneAsync),
                Verb("rm", "Remove one or more networks", "NETWORK [NETWORK...]", 1, int.MaxValue, NetworkCommands.RemoveAsync, "-f, --force   Do not error if the network does not exist", "networks") with { Aliases = ["remove"] },
            ]),
            Group("volume", "Manage volumes",
            [
                Verb("create", "Create a volume", "[OPTIONS] [VOLUME]", 0, 1, VolumeCommands.CreateAsync, "-d, --driver string   Specify volume driver name (default \"local\")\n    --label list      Set metadata for a volume\n-o, --opt map         Set driver specific options", ""),
                Verb("inspect", "Display detailed information on one or more volumes", "[OPTIONS] VOLUME [VOLUME...]", 1, int.MaxValue, VolumeCommands.InspectAsync, "-f, --format string   Format output using a custom template: 'json' or a TEMPLATE", "volumes"),
                Verb("ls", "List volumes", "[OPTIONS]", 0, 0, VolumeCommands.ListAsync, ListFlags, "") with { Aliases = ["list"] },
                Prune("volumes", VolumeCommands.PruneAsync, "-a, --all   Remove all unused volumes, not just anonymous ones"),
                Verb("rm", "Remove one or more volumes", "[OPTIONS] VOLUME [VOLUME...]", 1, int.MaxValue, VolumeCommands.RemoveAsync, "-f, --force   Force the removal of one or more volumes", "volumes") with { Aliases = ["remove"] },
            ]),
            Group("system", "Manage Davit",
            [
                Verb("df", "Show disk usage", "[OPTIONS]", 0, 0, HostCommands.DiskUsageAsync, "    --format string   Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE\n-v, --verbose         Show detailed information on space usage", ""), Events,
                Info with { Section = Other }, Prune("data", HostCommands.PruneAsync, "-a, --all       Remove all unused images not just dangling ones\n    --volumes   Prune anonymous volumes"),
            ]),
            Group("builder", "Manage builds", [Prune("build cache", HostCommands.PruneBuilderAsync, "-a, --all   Remove all unused build cache, not just dangling ones"), Build with { Section = Other }]),
            Verb("completion", "Generate the autocompletion script for the specified shell", "SHELL", 1, 1, CompletionCommand.ScriptAsync, null, ""),
            Verb("__complete", "Candidates for a command line", "", 0, int.MaxValue, CompletionCommand.CompleteAsync, null, "") with { Section = null, Interspersed = false },
        ],
    };

    private static IReadOnlyList<Flag> Format => Flag.Table("-f, --format string   Format output using a custom template: 'json' or a TEMPLATE");

    private static string StopFlags => "-s, --signal string   Signal to send to the container\n-t, --timeout int     Seconds to wait before killing the container\n!    --time int       Seconds to wait before killing the container";

    private static string ListFlags => "-f, --filter filter   Provide filter values (e.g. \"driver=bridge\")\n    --format string   Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a TEMPLATE\n-q, --quiet           Only display names or IDs";

    private static CommandNode Verb(string name, string summary, string usage, int least, int most, Func<CliContext, Arguments, Task<int>> run, string? flags, string completes = "containers") =>
        new() { Name = name, Summary = summary, Usage = usage, Least = least, Most = most, Run = run, Flags = flags is null ? [] : Flag.Table(flags), Completes = completes, Section = Other };

    private static CommandNode Group(string name, string summary, IReadOnlyList<CommandNode> children) => new() { Name = name, Summary = summary, Children = children, Section = Management };

    private static CommandNode As(CommandNode inspect, string type) => inspect with
    {
        Summary = $"Display detailed information on one or more {type}s",
        Completes = type + "s",
        Run = (context, arguments) =>
        {
            arguments.Add("type", type);
            return inspect.Run!(context, arguments);
        },
    };

    private static CommandNode Prune(string what, Func<CliContext, Arguments, Task<int>> run, string more = "") =>
        Verb("prune", $"Remove unused {what}", "[OPTIONS]", 0, 0, run, $"    --filter filter   Provide filter values (e.g. \"until=<timestamp>\")\n-f, --force           Do not prompt for confirmation\n{more}", "");
}
