using System.Text;
using System.Text.Json;
using Davit.Primitives;

namespace Davit.Cli.Output;

/// <summary>Shows the engine's progress stream: lines that are redrawn on a terminal, plain lines elsewhere.</summary>
internal sealed class ProgressDisplay(TextWriter output, bool terminal)
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>Shows a stream to its end.</summary>
    /// <param name="body">JSON objects, one after the other.</param>
    /// <param name="aux">Gets each <c>aux</c> value.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DavitException">The stream reported an error.</exception>
    internal async Task ShowAsync(Stream body, Action<JsonElement>? aux, CancellationToken cancellation)
    {
        await foreach (var message in JsonLines.ReadAsync(body, cancellation))
        {
            if (message.TryGetProperty("error", out var error))
            {
                var code = message.TryGetProperty("errorDetail", out var detail) && detail.TryGetProperty("code", out var given) && given.TryGetInt32(out var number) ? number : 1;
                throw new DavitException(ErrorKind.Internal, error.GetString() ?? "unknown error") { Data = { ["ExitCode"] = code } };
            }

            if (message.TryGetProperty("aux", out var value))
            {
                aux?.Invoke(value);
                continue;
            }

            if (message.TryGetProperty("stream", out var text)) output.Write(text.GetString());
            else Status(message);
            output.Flush();
        }
    }

    private void Status(JsonElement message)
    {
        var status = Text(message, "status");
        var id = Text(message, "id");
        var bar = Bar(message);
        if (id.Length == 0)
        {
            output.WriteLine(status + bar);
            return;
        }

        var line = $"{id}: {status}{(bar.Length > 0 ? " " + bar : "")}";
        if (!terminal)
        {
            // a log keeps one line a change of state, not one a percent
            if (bar.Length == 0) output.WriteLine(line);
            return;
        }

        if (!_places.TryGetValue(id, out var place))
        {
            _places[id] = _lines.Count;
            _lines.Add(line);
            output.WriteLine(line);
            return;
        }

        _lines[place] = line;
        var up = _lines.Count - place;
        output.Write($"\u001b[{up}A\u001b[2K\r{line}\u001b[{up}B\r");
    }

    private static string Bar(JsonElement message)
    {
        if (!message.TryGetProperty("progressDetail", out var detail) || detail.ValueKind != JsonValueKind.Object || !detail.TryGetProperty("current", out var current) || !current.TryGetInt64(out var done) || done <= 0) return "";
        if (!detail.TryGetProperty("total", out var all) || !all.TryGetInt64(out var total) || total <= 0) return Human.Size(done);
        var part = (int)Math.Min(50, done * 50 / total);
        return new StringBuilder("[").Append('=', part).Append(part < 50 ? ">" : "").Append(' ', Math.Max(0, 49 - part)).Append($"]  {Human.Size(done)}/{Human.Size(total)}").ToString();
    }

    private static string Text(JsonElement message, string name) => message.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
