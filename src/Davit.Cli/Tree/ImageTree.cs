using Davit.Cli.Commands.Host;
using Davit.Cli.Commands.Image;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit image</c>.</summary>
internal static class ImageTree
{
    /// <summary><c>image build</c>, which stands under <c>builder</c> and at the top level too.</summary>
    internal static CommandNode Build { get; } = new("build", "Build an image from a Dockerfile", "[OPTIONS] PATH | URL | -", BuildCommand.RunAsync)
    {
        Least = 1, Most = 1, Completes = Completes.Directories, Also = "image build, build, builder build",
        FlagTable = """
                --add-host list           Add a custom host-to-IP mapping ("host:ip")
                --build-arg list          Set build-time variables
                --cache-from strings      Images to consider as cache sources
                --cgroup-parent string    Set the parent cgroup for the "RUN" instructions during build
                --compress                Compress the build context using gzip
                --cpu-period int          Limit the CPU CFS (Completely Fair Scheduler) period
                --cpu-quota int           Limit the CPU CFS (Completely Fair Scheduler) quota
            -c, --cpu-shares int          CPU shares (relative weight)
                --cpuset-cpus string      CPUs in which to allow execution (0-3, 0,1)
                --cpuset-mems string      MEMs in which to allow execution (0-3, 0,1)
                --disable-content-trust   Skip image verification (default true)
            -f, --file string             Name of the Dockerfile (Default is "PATH/Dockerfile")
                --force-rm                Always remove intermediate containers
                --iidfile string          Write the image ID to the file
                --isolation string        Container isolation technology
                --label list              Set metadata for an image
            -m, --memory bytes            Memory limit
                --memory-swap bytes       Swap limit equal to memory plus swap: -1 to enable unlimited swap
                --network string          Set the networking mode for the RUN instructions during build (default "default")
                --no-cache                Do not use cache when building the image
                --platform string         Set platform if server is multi-platform capable
                --pull                    Always attempt to pull a newer version of the image
            -q, --quiet                   Suppress the build output and print image ID on success
                --rm                      Remove intermediate containers after a successful build (default true)
                --security-opt strings    Security options
                --shm-size bytes          Size of "/dev/shm"
            -t, --tag list                Name and optionally a tag in the "name:tag" format
                --target string           Set the target build stage to build.
                --ulimit ulimit           Ulimit options (default [])
            """,
    };

    internal static CommandNode Group { get; } = new("image", "Manage images", Nodes());

    private static CommandNode[] Nodes() =>
    [
        Build,
        new("history", "Show the history of an image", "[OPTIONS] IMAGE", ImageCommands.HistoryAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Images, Also = "image history, history",
            FlagTable = """
                    --format string     @list
                -H, --human             Print sizes and dates in human readable format (default true)
                    --no-trunc          Don't truncate output
                    --platform string   Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
                -q, --quiet             Only show image IDs
                """,
        },
        new("import", "Import the contents from a tarball to create a filesystem image", "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", ImageCommands.ImportAsync)
        {
            Least = 1, Completes = Completes.Files, Also = "image import, import",
            FlagTable = """
                -c, --change list       Apply Dockerfile instruction to the created image
                -m, --message string    Set commit message for imported image
                    --platform string   Set platform if server is multi-platform capable
                """,
        },
        new("inspect", "Display detailed information on one or more images", "[OPTIONS] IMAGE [IMAGE...]", InspectCommand.ImagesAsync)
        {
            Least = 1, Completes = Completes.Images,
            FlagTable = """
                -f, --format string     @inspect
                    --platform string   Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)
                """,
        },
        new("load", "Load an image from a tar archive or STDIN", "[OPTIONS]", ImageCommands.LoadAsync)
        {
            Most = 0, Also = "image load, load",
            FlagTable = """
                -i, --input string      Read from tar archive file, instead of STDIN
                    --platform string   Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
                -q, --quiet             Suppress the load output
                """,
        },
        new("ls", "List images", "[OPTIONS] [REPOSITORY[:TAG]]", ImageListCommand.RunAsync)
        {
            Most = 1, Completes = Completes.Images, Aliases = ["list"], Also = "image ls, image list, images",
            FlagTable = """
                -a, --all             Show all images (default hides intermediate images)
                    --digests         Show digests
                -f, --filter filter   Filter output based on conditions provided
                    --format string   @list
                    --no-trunc        Don't truncate output
                -q, --quiet           Only show image IDs
                    --tree            List multi-platform images as a tree (EXPERIMENTAL)
                """,
        },
        new("prune", "Remove unused images", "[OPTIONS]", ImageCommands.PruneAsync)
        {
            Most = 0,
            FlagTable = """
                -a, --all             Remove all unused images, not just dangling ones
                    --filter filter   Provide filter values (e.g. "until=<timestamp>")
                -f, --force           Do not prompt for confirmation
                """,
        },
        new("pull", "Download an image from a registry", "[OPTIONS] NAME[:TAG|@DIGEST]", PullCommand.RunAsync)
        {
            Least = 1, Most = 1, Also = "image pull, pull",
            FlagTable = """
                -a, --all-tags                Download all tagged images in the repository
                    --disable-content-trust   Skip image verification (default true)
                    --platform string         Set platform if server is multi-platform capable
                -q, --quiet                   Suppress verbose output
                """,
        },
        new("push", "Upload an image to a registry", "[OPTIONS] NAME[:TAG]", PullCommand.PushAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Images, Also = "image push, push",
            FlagTable = """
                -a, --all-tags                Push all tags of an image to the repository
                    --disable-content-trust   Skip image signing (default true)
                    --platform string         Push a platform-specific manifest as a single-platform image to the registry. Image index won't be pushed, meaning that other manifests, including attestations won't be preserved. 'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)
                -q, --quiet                   Suppress verbose output
                """,
        },
        new("rm", "Remove one or more images", "[OPTIONS] IMAGE [IMAGE...]", ImageCommands.RemoveAsync)
        {
            Least = 1, Completes = Completes.Images, Aliases = ["remove"], Also = "image rm, image remove, rmi",
            FlagTable = """
                -f, --force              Force removal of the image
                    --no-prune           Do not delete untagged parents
                    --platform strings   Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
                """,
        },
        new("save", "Save one or more images to a tar archive (streamed to STDOUT by default)", "[OPTIONS] IMAGE [IMAGE...]", ImageCommands.SaveAsync)
        {
            Least = 1, Completes = Completes.Images, Also = "image save, save",
            FlagTable = """
                -o, --output string     Write to a file, instead of STDOUT
                    --platform string   Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")
                """,
        },
        new("tag", "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", ImageCommands.TagAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Images, Also = "image tag, tag",
        },
    ];
}
