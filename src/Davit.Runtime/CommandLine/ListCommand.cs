using System.Text.Json;
using Davit.Linux.Directories;
using Davit.Linux.Users;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>list</c> command.</summary>
internal static class ListCommand
{
    internal static int Run(OciContainers containers, OptionSet options)
    {
        var format = options.Value("format") ?? "table";
        if (!options.Has("quiet") && format is not ("table" or "json")) throw new DavitException(ErrorKind.InvalidArgument, "invalid format option", "use table or json");
        var users = UserDatabase.Parse(File.Exists("/etc/passwd") ? File.ReadAllText("/etc/passwd") : "", "");
        var views = containers.Directory.All().Select(s => containers.Directory.View(s, containers.Host.Cgroups) with { Owner = Owner(containers.Directory.Of(s.Id), users) }).ToList();
        if (options.Has("quiet")) OciProgram.Print(string.Concat(views.Select(v => v.Id + "\n")));
        else if (format == "json") OciProgram.Print(JsonSerializer.Serialize<IReadOnlyList<StateView>>(views, PrintedJson.Default.IReadOnlyListStateView) + "\n");
        else Table(views);
        return 0;
    }

    private static void Table(IReadOnlyList<StateView> views)
    {
        string[][] rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], .. views.Select(v => (string[])[v.Id, $"{v.Pid}", v.Status, v.Bundle, v.Created.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", null), v.Owner])];
        var widths = Enumerable.Range(0, 6).Select(c => Math.Max(12, rows.Max(r => r[c].Length) + 3)).ToArray();
        OciProgram.Print(string.Concat(rows.Select(r => string.Concat(r.Select((cell, c) => c == 5 ? cell : cell.PadRight(widths[c]))) + "\n")));
    }

    /// <summary>Who owns the container's directory: by name, or <c>#</c> and the number.</summary>
    private static string Owner(string directory, UserDatabase users) =>
        DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, directory, out var stat) != Linux.Errno.None ? "" : users.NameOf(stat.Uid) ?? $"#{stat.Uid}";
}
