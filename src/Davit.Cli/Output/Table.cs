using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Davit.GoTemplate;

namespace Davit.Cli.Output;

/// <summary>A row of a list: fields by name, in the order of the format <c>json</c>.</summary>
internal sealed class Row(IReadOnlyDictionary<string, object?> fields, Func<string, string>? label = null) : ITemplateRecord
{
    public IEnumerable<string> Fields => fields.Keys;

    public bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value)
    {
        if (field == "Label" && label is not null && arguments.Count == 1)
        {
            value = label(arguments[0]?.ToString() ?? "");
            return true;
        }

        return fields.TryGetValue(field, out value);
    }
}

/// <summary>Prints rows: as a table with headings, by a template, or as JSON lines.</summary>
internal static partial class Table
{
    private const int Gap = 3;

    /// <summary>Prints rows by a format; an empty format is the default table.</summary>
    internal static void Write(TextWriter output, string? format, string defaultTable, IReadOnlyDictionary<string, string> headings, IEnumerable<ITemplateRecord> rows)
    {
        format = string.IsNullOrEmpty(format) || format == "table" ? "table " + defaultTable : format;
        if (format == "json")
        {
            var json = Formats.Parse("{{json .}}");
            foreach (var row in rows) output.WriteLine(Formats.Execute(json, row));
            return;
        }

        var isTable = format.StartsWith("table", StringComparison.Ordinal);
        var text = (isTable ? format[5..].Trim() : format).Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        var template = Formats.Parse(text);
        if (!isTable)
        {
            foreach (var row in rows) output.WriteLine(Formats.Execute(template, row));
            return;
        }

        var lines = new List<string[]> { Formats.Execute(template, new Headings(headings)).Split('\t') };
        lines.AddRange(rows.Select(row => Formats.Execute(template, row).Split('\t')));
        Align(output, lines);
    }

    /// <summary>Prints cells in columns.</summary>
    internal static void Align(TextWriter output, IReadOnlyList<string[]> lines)
    {
        var widths = new List<int>();
        foreach (var line in lines)
        {
            for (var i = 0; i < line.Length; i++)
            {
                if (widths.Count <= i) widths.Add(0);
                if (i < line.Length - 1 || line.Length < lines[0].Length) widths[i] = Math.Max(widths[i], line[i].Length);
                else widths[i] = Math.Max(widths[i], line[i].Length);
            }
        }

        foreach (var line in lines)
        {
            var text = new StringBuilder();
            for (var i = 0; i < line.Length; i++) text.Append(i == line.Length - 1 ? line[i] : line[i].PadRight(widths[i] + Gap));
            output.WriteLine(text.ToString());
        }
    }

    /// <summary>The value of a heading's template: <c>{{.ID}}</c> gives <c>CONTAINER ID</c>.</summary>
    private sealed class Headings(IReadOnlyDictionary<string, string> headings) : ITemplateRecord
    {
        public IEnumerable<string> Fields => headings.Keys;

        public bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value)
        {
            value = field == "Label" && arguments.Count == 1 ? LastWord().Match(arguments[0]?.ToString() ?? "").Value : headings.TryGetValue(field, out var heading) ? heading : null;
            return value is not null;
        }
    }

    [GeneratedRegex("[^.]*$")]
    private static partial Regex LastWord();
}
