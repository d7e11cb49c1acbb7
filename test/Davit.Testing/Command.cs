using System.Diagnostics;
using System.Text;

namespace Davit.Testing;

/// <summary>A program run to its end, its output kept.</summary>
/// <param name="ExitCode">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Line">The command line, for messages.</param>
public sealed record Command(int ExitCode, string Output, string Error, string Line)
{
    /// <summary>Standard output without the space around it.</summary>
    public string Text => Output.Trim();

    /// <summary>Runs a program; standard input is empty unless given.</summary>
    public static async Task<Command> RunAsync(string program, IEnumerable<string> arguments, byte[]? input = null, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? limit = null, string? directory = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "/" };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>()) start.Environment[key] = value;
        var line = program + " " + string.Join(' ', start.ArgumentList);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{line} did not start");
        using var patience = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(120));
        var output = process.StandardOutput.BaseStream;
        var error = process.StandardError.BaseStream;
        try
        {
            var reading = Task.WhenAll(ReadAsync(output, patience.Token), ReadAsync(error, patience.Token));
            try
            {
                if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input, patience.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // the program ended without reading all of its input, which some tests are about
            }

            var texts = await reading;
            await process.WaitForExitAsync(patience.Token);
            return new Command(process.ExitCode, texts[0], texts[1], line);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"no end within the limit: {line}");
        }
    }

    /// <summary>This command when it succeeded.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has everything that it printed.</exception>
    public Command Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    /// <summary>Standard error without the advice behind it.</summary>
    public string Complaint => string.Concat(Error.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("hint: ", StringComparison.Ordinal)).Select(line => line + "\n"));

    /// <inheritdoc/>
    public override string ToString() => $"$ {Line}\nexit {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellation);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
