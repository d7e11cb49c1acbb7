using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Options;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Davit.DockerApi;
using Davit.Primitives;

namespace Davit.Cli.Commands.Image;

/// <summary><c>build</c>: packs the context, sends it, shows the steps.</summary>
internal static class BuildCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var where = a.Words[0];
        var file = a.Value("file");
        if (where == "-" && file == "-") throw new DavitException(ErrorKind.InvalidArgument, "invalid argument: can't use stdin for both build context and dockerfile", "give one of them as a file");
        var clone = where.StartsWith("git@", StringComparison.Ordinal) || where.StartsWith("git://", StringComparison.Ordinal) || where.Contains(".git#", StringComparison.Ordinal) || where.EndsWith(".git", StringComparison.Ordinal) && !Directory.Exists(where) ? Clone(where) : null;
        try
        {
            var (body, dockerfile) = clone is null && where == "-" ? (Stdin(context), file ?? "Dockerfile") : Local(context, clone?.Directory ?? where, file, a.Is("compress"));
            await using (body)
            {
                var id = "";
                var quiet = a.Is("quiet");
                using var response = await context.Engine.RequestAsync("POST", "/build" + Parameters(context, a, dockerfile), body, "application/x-tar", RegistryConfig(context));
                var buffer = new StringWriter();
                try
                {
                    await new ProgressDisplay(quiet ? buffer : context.Out, context.OutIsTerminal).ShowAsync(response.Body, aux => id = aux.TryGetProperty("ID", out var given) ? given.GetString() ?? id : id, CancellationToken.None);
                }
                catch (DavitException) when (quiet)
                {
                    // silence is for success alone
                    context.Error.Write(buffer.ToString());
                    throw;
                }

                if (quiet) context.Out.WriteLine(id.Length > 0 ? id : buffer.ToString().Trim());
                if (a.Value("iidfile") is { } path) await File.WriteAllTextAsync(path, id);
                return 0;
            }
        }
        finally
        {
            if (clone is not null) Directory.Delete(clone.Value.Root, recursive: true);
        }
    }

    private static string Parameters(CliContext context, Arguments a, string dockerfile)
    {
        var buildArguments = new JsonObject();
        foreach (var (name, value) in context.Config.ProxyVariables(context.Engine.Endpoint.Text)) buildArguments[name] = value;
        foreach (var text in a.List("build-arg"))
        {
            var pair = text.Split('=', 2);
            buildArguments[pair[0]] = pair.Length > 1 ? pair[1] : Environment.GetEnvironmentVariable(pair[0]);
        }

        var labels = new JsonObject();
        foreach (var (name, value) in Files.Labels(a)) labels[name] = value;
        string? On(string flag) => a.Is(flag) ? "1" : null;
        var query = Query.Of(
            ("dockerfile", dockerfile), ("nocache", On("no-cache")), ("pull", On("pull")), ("q", On("quiet")), ("rm", a.Has("rm") && !a.Is("rm") ? "0" : "1"), ("forcerm", On("force-rm")), ("target", a.Value("target")), ("networkmode", a.Value("network") ?? "default"),
            ("platform", a.Value("platform")), ("buildargs", buildArguments.Count > 0 ? buildArguments.ToJsonString() : null), ("labels", labels.Count > 0 ? labels.ToJsonString() : null), ("shmsize", a.Value("shm-size") is { } shm ? $"{Human.Bytes(shm)}" : null),
            ("memory", a.Value("memory") is { } memory ? $"{Human.Bytes(memory)}" : null), ("memswap", a.Value("memory-swap") is { } swap ? $"{(swap == "-1" ? -1 : Human.Bytes(swap))}" : null), ("cpushares", a.Value("cpu-shares")), ("cpusetcpus", a.Value("cpuset-cpus")), ("cpusetmems", a.Value("cpuset-mems")),
            ("cpuperiod", a.Value("cpu-period")), ("cpuquota", a.Value("cpu-quota")), ("cgroupparent", a.Value("cgroup-parent")), ("isolation", a.Value("isolation")), ("version", "1"));
        if (a.List("security-opt").Count > 0) query += "&securityopt=" + Uri.EscapeDataString(new JsonArray([.. a.List("security-opt").Select(o => (JsonNode)o)]).ToJsonString());
        foreach (var tag in a.List("tag")) query += "&t=" + Uri.EscapeDataString(tag);
        if (a.List("cache-from").Count > 0) query += "&cachefrom=" + Uri.EscapeDataString(new JsonArray([.. a.List("cache-from").Select(c => (JsonNode)c)]).ToJsonString());
        if (a.List("ulimit").Count > 0) query += "&ulimits=" + Uri.EscapeDataString(JsonSerializer.Serialize([.. a.List("ulimit").Select(u => UlimitFlags.Parse(u))], DockerApiJson.Default.UlimitArray));
        foreach (var host in a.List("add-host")) query += "&extrahosts=" + Uri.EscapeDataString(host);
        return query;
    }

    private static List<(string, string)> RegistryConfig(CliContext context)
    {
        var all = new JsonObject();
        foreach (var registry in context.Config.Registries())
        {
            if (context.Config.Credentials(registry) is { } c) all[registry == "docker.io" ? "https://index.docker.io/v1/" : registry] = new JsonObject { ["username"] = c.User, ["password"] = c.Secret };
        }

        return all.Count == 0 ? [] : [("X-Registry-Config", Convert.ToBase64String(Encoding.UTF8.GetBytes(all.ToJsonString())).Replace('+', '-').Replace('/', '_'))];
    }

    /// <summary>Standard input is a tar, or a Dockerfile alone.</summary>
    private static Stream Stdin(CliContext context)
    {
        var head = new byte[512];
        var count = context.RawIn.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var isTar = count == 512 && (head.AsSpan(257, 5).SequenceEqual("ustar"u8) || IsOldTar(head));
        var isCompressed = count > 5 && (head.AsSpan().StartsWith((byte[])[0x1f, 0x8b]) || head.AsSpan().StartsWith((byte[])[0x28, 0xb5, 0x2f, 0xfd]) || head.AsSpan().StartsWith("BZh"u8) || head.AsSpan().StartsWith((byte[])[0xfd, 0x37, 0x7a, 0x58, 0x5a]));
        var all = new MemoryStream();
        all.Write(head, 0, count);
        context.RawIn.CopyTo(all);
        all.Position = 0;
        if (isTar || isCompressed) return all;
        var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, leaveOpen: true)) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "Dockerfile") { DataStream = all });
        packed.Position = 0;
        return packed;
    }

    private static bool IsOldTar(byte[] head)
    {
        var stored = Encoding.ASCII.GetString(head, 148, 8).Trim('\0', ' ');
        var sum = head.Select((b, i) => i is >= 148 and < 156 ? 32 : (int)b).Sum();
        return stored.Length > 0 && stored.All(c => c is >= '0' and <= '7') && Convert.ToInt32(stored, 8) == sum;
    }

    private static (Stream Body, string Dockerfile) Local(CliContext context, string where, string? file, bool compress)
    {
        if (!Directory.Exists(where)) throw new DavitException(ErrorKind.NotFound, $"unable to prepare context: path \"{where}\" not found", "name a directory, a Git repository, or - for standard input");
        var root = Path.GetFullPath(where).TrimEnd('/');
        if (root.Length == 0) root = "/";
        var name = file ?? "Dockerfile";
        byte[]? outside = null;
        if (file == "-")
        {
            using var all = new MemoryStream();
            context.RawIn.CopyTo(all);
            (outside, name) = (all.ToArray(), $".dockerfile.{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(all.ToArray()))[..20]}");
        }
        else if (file is not null)
        {
            var path = Path.GetFullPath(file);
            if (!File.Exists(path) && !Path.IsPathRooted(file)) path = Path.GetFullPath(Path.Combine(root, file));
            if (!File.Exists(path)) throw new DavitException(ErrorKind.NotFound, $"unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {path}: no such file or directory", "check -f");
            if (path.StartsWith(root + "/", StringComparison.Ordinal)) name = path[(root.Length + 1)..];
            else (outside, name) = (File.ReadAllBytes(path), ".dockerfile." + Path.GetFileName(path));
        }
        else if (!File.Exists(Path.Combine(root, name)))
        {
            throw new DavitException(ErrorKind.NotFound, $"unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {Path.Combine(root, name)}: no such file or directory", "name it with -f");
        }

        var rules = ContextRules.Load(root, name, outside is null);
        var pipe = new System.IO.Pipelines.Pipe();
        _ = Task.Run(async () =>
        {
            try
            {
                await using (var sent = compress ? new GZipStream(pipe.Writer.AsStream(), CompressionLevel.Fastest) : pipe.Writer.AsStream())
                await using (var tar = new TarWriter(sent, TarEntryFormat.Pax))
                {
                    Pack.Add(tar, root, ".", excluded: rules.Excludes);
                    if (outside is not null) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(outside) });
                }

                await pipe.Writer.CompleteAsync();
            }
            catch (Exception e)
            {
                await pipe.Writer.CompleteAsync(e);
            }
        });
        return (pipe.Reader.AsStream(), name);
    }

    /// <summary>Fetches a Git context: where it lies, and what to remove afterwards.</summary>
    private static (string Root, string Directory)? Clone(string url)
    {
        var parts = url.Split('#', 2);
        var (reference, folder) = parts.Length > 1 ? (parts[1].Split(':', 2)[0], parts[1].Contains(':', StringComparison.Ordinal) ? parts[1].Split(':', 2)[1] : "") : ("", "");
        var directory = Directory.CreateTempSubdirectory("davit-git-").FullName;
        List<string> arguments = ["clone", "--depth", "1", "--recurse-submodules", .. reference.Length > 0 ? (IEnumerable<string>)["--branch", reference] : [], "--", parts[0], directory];
        var (code, _) = HelperProgram.Run("git", arguments, []);
        if (code == 0)
        {
            var inside = Path.GetFullPath(Path.Combine(directory, folder));
            if (inside == directory || inside.StartsWith(directory + "/", StringComparison.Ordinal)) return (directory, inside);
            Directory.Delete(directory, recursive: true);
            throw new DavitException(ErrorKind.InvalidArgument, $"unable to prepare context: {folder} lies outside the repository", "name a directory of the repository after the colon");
        }

        Directory.Delete(directory, recursive: true);
        throw new DavitException(ErrorKind.NotFound, code == 127 ? "unable to prepare context: unable to find 'git'" : $"unable to prepare context: git clone of {parts[0]} failed with exit code {code}", code == 127 ? "install git" : "check the address and the branch");
    }
}
