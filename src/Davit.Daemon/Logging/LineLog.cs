using System.Text;
using Davit.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon.Logging;

/// <summary>The daemon's own log: one line an event, to stderr or a file, in the form that dockerd's readers know.</summary>
internal sealed class LineLog : ILoggerProvider
{
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Opens the log.</summary>
    /// <param name="path">File to append to, or null for stderr.</param>
    /// <param name="time">Clock.</param>
    public LineLog(string? path, TimeProvider time)
    {
        _time = time;
        if (path is null)
        {
            _output = Console.OpenStandardError();
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _output = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>Least level that is written; may change while the daemon runs.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Level that settings ask for.</summary>
    public static LogLevel LevelOf(DaemonSettings settings) => settings.Debug ? LogLevel.Debug : LevelOf(settings.LogLevel);

    /// <summary>Level by dockerd's name.</summary>
    private static LogLevel LevelOf(string name) => name switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Writer(
        this,
        categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) ? LogLevel.Error : categoryName.StartsWith("Grpc", StringComparison.Ordinal) ? LogLevel.Critical : LogLevel.Trace);

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private void Write(LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(128);
        line.Append("time=\"").Append(_time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")).Append("\" level=").Append(NameOf(level)).Append(" msg=\"");
        Escape(line, message);
        line.Append('"');
        if (exception is not null)
        {
            line.Append(" error=\"");
            Escape(line, exception.ToString());
            line.Append('"');
        }

        var bytes = Encoding.UTF8.GetBytes(line.Append('\n').ToString());
        lock (_gate)
        {
            try
            {
                _output.Write(bytes);
            }
            catch (IOException)
            {
                // a full disk or a closed pipe must not stop the daemon
            }
        }
    }

    private static void Escape(StringBuilder line, string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append("\\\\"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                _ => line.Append(c),
            };
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    /// <summary>What libraries have to say is of interest from a level on that is higher than ours.</summary>
    private sealed class Writer(LineLog log, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= log.Level && logLevel >= (log.Level <= LogLevel.Debug && least == LogLevel.Error ? LogLevel.Information : least);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // what a client sends behind its request may be damaged: Kestrel closes the connection, and calls that an error of the server
            if (IsEnabled(logLevel) && eventId.Name != "RequestBodyDrainBodyReaderInvalidState") log.Write(logLevel, formatter(state, exception), exception);
        }
    }
}
