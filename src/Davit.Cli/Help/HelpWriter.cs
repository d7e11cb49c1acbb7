using Davit.Cli.Parsing;

namespace Davit.Cli.Help;

/// <summary>Prints help in docker's layout.</summary>
internal static class HelpWriter
{
    internal static string UsageLine(CommandNode command, string path) =>
        command.Children.Count > 0 && command.Run is null ? $"Usage:  {path} {(path.Contains(' ', StringComparison.Ordinal) ? "COMMAND" : "[OPTIONS] COMMAND")}" : $"Usage:  {path} {command.Usage}".TrimEnd();

    internal static void Write(TextWriter output, CommandNode command, string path)
    {
        output.WriteLine(UsageLine(command, path));
        output.WriteLine();
        output.WriteLine(command.Summary);
        if (command.Aliases.Count > 0)
        {
            var parent = path[..path.LastIndexOf(' ')];
            output.WriteLine("\nAliases:\n  " + string.Join(", ", command.Aliases.Prepend(command.Name).Select(a => $"{parent} {a}")));
        }

        foreach (var section in command.Children.Where(c => c.Section is not null).GroupBy(c => c.Section!))
        {
            output.WriteLine($"\n{section.Key}:");
            var width = section.Max(c => c.Name.Length);
            foreach (var child in section.OrderBy(c => c.Name, StringComparer.Ordinal)) output.WriteLine($"  {child.Name.PadRight(width)}   {child.Summary}");
        }

        Flags(output, command);
        if (command.Children.Count > 0) output.WriteLine($"\nRun '{path} COMMAND --help' for more information on a command.");
    }

    private static void Flags(TextWriter output, CommandNode command)
    {
        var shown = command.Flags.Where(f => !f.Hidden).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (shown.Count == 0) return;
        output.WriteLine(command.Children.Count > 0 ? "\nGlobal Options:" : "\nOptions:");
        var left = shown.Select(f => $"  {(f.Short is { } c ? $"-{c}, " : "    ")}--{f.Name}{(f.Placeholder.Length > 0 ? " " + f.Placeholder : "")}").ToList();
        var width = left.Max(l => l.Length) + 3;
        for (var i = 0; i < shown.Count; i++) output.WriteLine((left[i].PadRight(width) + shown[i].Help).TrimEnd());
    }
}
