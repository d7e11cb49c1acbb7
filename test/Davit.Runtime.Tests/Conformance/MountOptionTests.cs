using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md, "Linux mount options": each word of the table.</summary>
public sealed class MountOptionTests
{
    /// <summary>For an option: options before it, and fields of mountinfo that must (or with ! must not) show, on a tmpfs. Inner ones follow a bar, on a mount below.</summary>
    private static readonly Dictionary<string, (string[] Options, string Shows)> Expected = new(StringComparer.Ordinal)
    {
        ["async"] = (["sync", "async"], "!sync"), ["sync"] = (["sync"], "sync"), ["dirsync"] = (["dirsync"], "dirsync"),
        ["atime"] = (["noatime", "atime"], "!noatime relatime"), ["noatime"] = (["noatime"], "noatime"),
        ["diratime"] = (["nodiratime", "diratime"], "!nodiratime"), ["nodiratime"] = (["nodiratime"], "nodiratime"),
        ["relatime"] = (["strictatime", "relatime"], "relatime"), ["norelatime"] = (["relatime", "norelatime"], "relatime"),
        ["strictatime"] = (["strictatime"], "!relatime !noatime"), ["nostrictatime"] = (["strictatime", "nostrictatime"], "relatime"),
        ["defaults"] = (["defaults"], "rw relatime !nosuid !nodev !noexec !sync"),
        ["dev"] = (["nodev", "dev"], "!nodev"), ["nodev"] = (["nodev"], "nodev"), ["exec"] = (["noexec", "exec"], "!noexec"), ["noexec"] = (["noexec"], "noexec"),
        ["suid"] = (["nosuid", "suid"], "!nosuid"), ["nosuid"] = (["nosuid"], "nosuid"), ["ro"] = (["ro"], "ro"), ["rw"] = (["ro", "rw"], "rw"),
        ["lazytime"] = (["lazytime"], "lazytime"), ["nolazytime"] = (["lazytime", "nolazytime"], "!lazytime"),
        ["nosymfollow"] = (["nosymfollow"], "nosymfollow"), ["symfollow"] = (["nosymfollow", "symfollow"], "!nosymfollow"),

        // what can't be seen is accepted, and is no option of the file system, which would refuse it
        ["iversion"] = (["iversion"], "rw"), ["noiversion"] = (["iversion", "noiversion"], "rw"), ["silent"] = (["silent"], "rw"), ["loud"] = (["silent", "loud"], "rw"),

        ["private"] = (["shared", "private"], "!shared: !master: !unbindable"), ["shared"] = (["shared"], "shared:"), ["slave"] = (["slave"], "!shared:"), ["unbindable"] = (["unbindable"], "unbindable"),
        ["rprivate"] = (["bind:", "rprivate"], "!shared: !master: | !shared: !master:"), ["rshared"] = (["bind:", "rshared"], "shared: | shared:"),
        ["rslave"] = (["bind:", "rslave"], "!shared: | !shared:"), ["runbindable"] = (["bind:", "runbindable"], "unbindable | unbindable"),

        ["rro"] = (["bind:", "rro"], "ro | ro"), ["rrw"] = (["bind:", "rro", "rrw"], "rw | rw"),
        ["rnosuid"] = (["bind:", "rnosuid"], "nosuid | nosuid"), ["rsuid"] = (["bind:", "rnosuid", "rsuid"], "!nosuid | !nosuid"),
        ["rnodev"] = (["bind:", "rnodev"], "nodev | nodev"), ["rdev"] = (["bind:", "rnodev", "rdev"], "!nodev | !nodev"),
        ["rnoexec"] = (["bind:", "rnoexec"], "noexec | noexec"), ["rexec"] = (["bind:", "rnoexec", "rexec"], "!noexec | !noexec"),
        ["rnoatime"] = (["bind:", "rnoatime"], "noatime | noatime"), ["ratime"] = (["bind:", "rnoatime", "ratime"], "!noatime | !noatime"),
        ["rnodiratime"] = (["bind:", "rnodiratime"], "nodiratime | nodiratime"), ["rdiratime"] = (["bind:", "rnodiratime", "rdiratime"], "!nodiratime | !nodiratime"),
        ["rrelatime"] = (["bind:", "rstrictatime", "rrelatime"], "relatime | relatime"), ["rnorelatime"] = (["bind:", "rnorelatime"], "!noatime | !noatime"),
        ["rstrictatime"] = (["bind:", "rstrictatime"], "!relatime !noatime | !relatime !noatime"), ["rnostrictatime"] = (["bind:", "rstrictatime", "rnostrictatime"], "relatime | relatime"),
        ["rnosymfollow"] = (["bind:", "rnosymfollow"], "nosymfollow | nosymfollow"), ["rsymfollow"] = (["bind:", "rnosymfollow", "rsymfollow"], "!nosymfollow | !nosymfollow"),
    };

    public static TheoryData<string> Options => [.. Clause.All.Select(c => c.Id).Where(i => i.StartsWith("config/mounts/option/", StringComparison.Ordinal)).Select(i => i[(i.LastIndexOf('/') + 1)..])];

    [Theory]
    [MemberData(nameof(Options))]
    [Clause("config/mounts/option/*")]
    public Task Mount_option_takes_effect(string option) => Suite.CheckAsync(bundle => option switch
    {
        "bind" or "rbind" => Binds(bundle, option),
        "remount" => Remounts(bundle),
        "idmap" or "ridmap" => Maps(bundle, option),
        _ => Shows(bundle, option),
    }, option);

    private static async Task Shows(OciBundle bundle, string option)
    {
        var (options, shows) = Expected[option];
        Directory.CreateDirectory(bundle.Directory + "/source/inner");
        var bind = options[0] == "bind:";
        if (!bind) bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = options });
        else bundle.Mount(MountTests.Bind(bundle.Directory + "/source", "/data", options[1..]));
        var inner = bind ? bundle.Directory + "/source/inner" : null;
        if (inner is not null) (await Command.RunAsync("mount", ["-t", "tmpfs", "inner", inner])).Succeeded();
        string output;
        try
        {
            output = (await bundle.RunAsync("cat /proc/self/mountinfo")).Succeeded().Output;
        }
        finally
        {
            if (inner is not null) (await Command.RunAsync("umount", [inner])).Succeeded();
        }

        var wanted = shows.Split(" | ");
        Check("/data", wanted[0]);
        if (wanted.Length > 1) Check("/data/inner", wanted[1]);

        void Check(string path, string words)
        {
            var line = output.Split('\n').Last(l => l.Contains($" {path} ", StringComparison.Ordinal));
            var fields = line.Split(' ');
            var seen = string.Join(' ', fields[5..]).Split(' ', ',');
            foreach (var word in words.Split(' '))
            {
                var name = word.TrimStart('!');
                var there = seen.Any(s => name.EndsWith(':') ? s.StartsWith(name, StringComparison.Ordinal) : s == name);

                // ro and rw of the file system stand beside those of the mount
                if (name is "ro" or "rw") there = fields[5].Split(',').Contains(name);
                Assert.True(there == (word[0] != '!'), $"{option}: {word}: {line}");
            }
        }
    }

    private static async Task Binds(OciBundle bundle, string option)
    {
        Directory.CreateDirectory(bundle.Directory + "/source/inner");
        await File.WriteAllTextAsync(bundle.Directory + "/source/file", "text");
        (await Command.RunAsync("mount", ["-t", "tmpfs", "inner", bundle.Directory + "/source/inner"])).Succeeded();
        try
        {
            bundle.Mount(new() { Destination = "/data", Type = "none", Source = "source", Options = [option] });
            bundle.Mount(new() { Destination = "/etc/one", Type = "bind", Source = bundle.Directory + "/source/file", Options = [option, "ro"] });
            var run = await bundle.RunAsync("cat /data/file /etc/one; grep -c ' /data/inner ' /proc/mounts; echo x 2>&1 >/etc/one || echo fixed");
            Assert.Equal($"texttext{(option == "rbind" ? 1 : 0)}\n", run.Succeeded().Output.Replace("/bin/sh: can't create /etc/one: Read-only file system\n", "", StringComparison.Ordinal).Replace("fixed\n", "", StringComparison.Ordinal));
            Assert.Equal("text", await File.ReadAllTextAsync(bundle.Directory + "/source/file"));
        }
        finally
        {
            (await Command.RunAsync("umount", [bundle.Directory + "/source/inner"])).Succeeded();
        }
    }

    private static async Task Remounts(OciBundle bundle)
    {
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["size=1024k"] });
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["remount", "ro", "nosuid", "size=2048k"] });
        bundle.Mount(new() { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs" });
        bundle.Mount(new() { Destination = "/tmp", Type = "none", Source = "none", Options = ["remount", "bind", "ro"] });
        var lines = (await bundle.RunAsync("grep -E ' /(data|tmp) ' /proc/mounts; touch /data/x 2>/dev/null || echo no; touch /tmp/x 2>/dev/null || echo no")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Contains("size=2048k", lines[0]);
        Assert.Contains("nosuid", lines[0]);
        Assert.Equal(["no", "no"], lines[2..]);
    }

    private static async Task Maps(OciBundle bundle, string option)
    {
        IdMapping[] shift = [new() { ContainerID = 0, HostID = 5000, Size = 1000 }];
        Directory.CreateDirectory(bundle.Directory + "/source");
        await File.WriteAllTextAsync(bundle.Directory + "/source/file", "x");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, bundle.Directory + "/source/file", 10, 20);
        bundle.Mount(MountTests.Bind(bundle.Directory + "/source", "/data", option) with { UidMappings = shift, GidMappings = shift });
        Assert.Equal("5010 5020", (await bundle.RunAsync("stat -c '%u %g' /data/file")).Succeeded().Text);
        Assert.Equal("10 20", (await Command.RunAsync("stat", ["-c", "%u %g", bundle.Directory + "/source/file"])).Text);
    }
}
