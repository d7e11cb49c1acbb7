namespace Davit.Dockerfile;

/// <summary>The text of a Dockerfile by lines, kept so that errors can show the line at fault.</summary>
public sealed class SourceText
{
    /// <summary>No Dockerfile is larger: what is, is a mistake or an attack.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>BuildKit's limit of one line.</summary>
    public const int MaxLineBytes = 65535;

    private readonly string[] _lines;

    /// <summary>Splits the text into lines; a byte order mark is dropped, CRLF ends a line as LF does.</summary>
    /// <param name="name">Name for messages, usually <c>Dockerfile</c>.</param>
    /// <param name="text">Content.</param>
    public SourceText(string name, string text)
    {
        Name = name;
        var content = text.StartsWith('\uFEFF') ? text[1..] : text;
        _lines = content.Split('\n');
        if (_lines.Length > 0 && _lines[^1].Length == 0) Array.Resize(ref _lines, _lines.Length - 1);
        for (var i = 0; i < _lines.Length; i++)
        {
            if (_lines[i].EndsWith('\r')) _lines[i] = _lines[i][..^1];
        }
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>How many lines there are.</summary>
    public int LineCount => _lines.Length;

    /// <summary>A line by its number, counted from 1; empty beyond the end.</summary>
    public string this[int line] => line >= 1 && line <= _lines.Length ? _lines[line - 1] : "";
}
