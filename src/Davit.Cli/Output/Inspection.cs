using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Davit.Primitives;

namespace Davit.Cli.Output;

/// <summary>Prints what <c>inspect</c> commands found: a JSON list, or a template for each; what is missing is named and makes the exit code 1.</summary>
internal static class Inspection
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static async Task<int> RunAsync(CliContext context, IReadOnlyList<string> names, string? format, Func<string, Task<JsonElement>> find)
    {
        var found = new List<JsonElement>();
        var errors = new List<DavitException>();
        foreach (var name in names)
        {
            try
            {
                found.Add(await find(name));
            }
            catch (DavitException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.InvalidArgument)
            {
                errors.Add(e);
            }
        }

        if (format is null or "" or "json")
        {
            if (format == "json") foreach (var item in found) context.Out.WriteLine(item.GetRawText());
            else context.Out.WriteLine(Json(found));
        }
        else
        {
            var template = Formats.Parse(format);
            foreach (var item in found) context.Out.WriteLine(Formats.Execute(template, item));
        }

        context.Out.Flush();
        foreach (var error in errors)
        {
            context.Error.WriteLine(error.Message);
            if (error.Hint is { Length: > 0 } hint) context.Error.WriteLine("Hint: " + hint);
        }

        return errors.Count == 0 ? 0 : 1;
    }

    private static string Json(List<JsonElement> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartArray();
            foreach (var item in items) item.WriteTo(writer);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
