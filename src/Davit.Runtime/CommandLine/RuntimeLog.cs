using System.Text;
using System.Text.Json;

namespace Davit.Runtime.CommandLine;

/// <summary>What engines read: one line a message, as logrus writes it, in a file of theirs or else on standard error (debug lines alone; errors are told there anyhow).</summary>
/// <param name="path">The file, or null.</param>
/// <param name="json">Lines of JSON, else of text.</param>
/// <param name="level">Lowest level that is written: <c>error</c>, <c>warning</c> or <c>debug</c>.</param>
/// <param name="time">The clock.</param>
internal sealed class RuntimeLog(string? path, bool json, string level, TimeProvider time)
{
    /// <summary>Whether lines of <see cref="Debug"/> are written.</summary>
    internal bool IsDebug => level == "debug";

    /// <summary>Says what is done.</summary>
    internal void Debug(string message)
    {
        if (IsDebug) Write("debug", message);
    }

    /// <summary>Says what was left out, or failed without consequences.</summary>
    internal void Warning(string message)
    {
        if (level == "error") return;
        if (path is not null)
        {
            Write("warning", message);
            return;
        }

        using var errors = System.Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes($"warning: {message}\n"));
    }

    /// <summary>Says why the command failed.</summary>
    internal void Error(string message)
    {
        if (path is not null) Write("error", message);
    }

    private void Write(string grade, string message)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", null);
        var line = json ? $"{{\"level\":\"{grade}\",\"msg\":{Quote(message)},\"time\":\"{now}\"}}\n" : $"time=\"{now}\" level={grade} msg={Quote(message)}\n";
        if (path is not null)
        {
            File.AppendAllText(path, line);
            return;
        }

        using var errors = System.Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes(line));
    }

    private static string Quote(string text) => "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
}
