using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Davit.Cli.Tree;

namespace Davit.Cli.Help;

/// <summary>Prints help in docker's layout.</summary>
internal static class HelpWriter
{
    private const int DefaultWidth = 80;

    internal static string UsageLine(CommandNode command, string path)
    {
        var usage = $"Usage:  {path} {command.Usage}".TrimEnd();
        return command.MoreUsage is null ? usage : $"{usage}\n\t{command.MoreUsage}";
    }

    internal static void Write(TextWriter output, CommandNode command, string path)
    {
        output.WriteLine(UsageLine(command, path));
        output.WriteLine();
        output.WriteLine(command.Description ?? command.Summary);
        if (command.Also.Length > 0) output.WriteLine("\nAliases:\n  " + string.Join(", ", command.Also.Split(", ").Select(a => "davit " + a)));
        foreach (var (title, commands) in Sections(command))
        {
            output.WriteLine($"\n{title}:");
            foreach (var child in commands) output.WriteLine($"  {child.Name,-11} {child.Summary}");
        }

        WriteFlags(output, command);
        if (command.Children.Count > 0) output.WriteLine($"\nRun '{path} COMMAND --help' for more information on a command.");
    }

    /// <summary>Children by heading: common commands first, in the order of their use, then the groups and all others by name.</summary>
    private static IEnumerable<(string Title, IEnumerable<CommandNode> Commands)> Sections(CommandNode command)
    {
        foreach (var title in (string[])[CommandTree.Common, CommandTree.Management, "Commands"])
        {
            var members = command.Children.Where(c => !c.Hidden && c.Section == title).ToList();
            if (members.Count > 0) yield return (title, title == CommandTree.Common ? members : members.OrderBy(c => c.Name, StringComparer.Ordinal));
        }
    }

    private static void WriteFlags(TextWriter output, CommandNode command)
    {
        var shown = command.Flags.Where(f => !f.Hidden).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (shown.Count == 0) return;
        output.WriteLine(command.Children.Count > 0 ? "\nGlobal Options:" : "\nOptions:");
        var left = shown.Select(f => $"  {(f.Short is { } c ? $"-{c}, " : "    ")}--{f.Name}{(f.Placeholder.Length > 0 ? " " + f.Placeholder : "")}").ToList();
        var column = left.Max(l => l.Length) + 3;
        var width = (Terminal.Size()?.Columns ?? DefaultWidth) - 1;
        for (var i = 0; i < shown.Count; i++)
        {
            output.Write(left[i].PadRight(column));
            output.WriteLine(Paragraph.Wrap(shown[i].Help, column, width));
        }
    }
}
