using System.Globalization;
using Davit.Engine.Logs.Drivers;
using Davit.Monitor.Logs;

namespace Davit.Engine.Logs.Forwarding;

/// <summary>How far a container's log has been delivered: kept in a small file, never ahead of what the server has.</summary>
/// <param name="Position">Behind the last record delivered; null before the first.</param>
/// <param name="Stdout">The last piece of an unfinished line of stdout.</param>
/// <param name="Stderr">The same of stderr.</param>
internal sealed record LogCursor(LogPosition? Position, LinePiece? Stdout, LinePiece? Stderr)
{
    public static LogCursor Start { get; } = new(null, null, null);

    /// <summary>Reads the file; what is missing or damaged begins at the log's start: a line twice is better than none.</summary>
    public static LogCursor Load(string path)
    {
        try
        {
            var lines = File.ReadAllLines(path);
            var place = lines[0].Split(' ');
            if (place is not ["v1", var segment, var offset]) return Start;
            var position = new LogPosition(int.Parse(segment, CultureInfo.InvariantCulture), long.Parse(offset, CultureInfo.InvariantCulture));
            return new LogCursor(position, Piece(lines[1]), Piece(lines[2]));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            return Start;
        }
    }

    /// <summary>Replaces the file by rename. A directory that is going away with its container is no error.</summary>
    public void Save(string path)
    {
        if (Position is not { } position) return;
        try
        {
            File.WriteAllText(path + ".new", string.Create(CultureInfo.InvariantCulture, $"v1 {position.Segment} {position.Offset}\n{Text(Stdout)}\n{Text(Stderr)}\n"));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // full disk or removed container: the older cursor stands, and lines after it come again
        }
    }

    private static LinePiece? Piece(string text) => text.Split(' ') is [var id, var ordinal] ? new LinePiece(id, int.Parse(ordinal, CultureInfo.InvariantCulture), Last: false) : null;

    private static string Text(LinePiece? piece) => piece is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{piece.Id} {piece.Ordinal}");
}
