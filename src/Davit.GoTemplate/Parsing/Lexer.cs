using System.Globalization;
using System.Text;
using Davit.Primitives;

namespace Davit.GoTemplate.Parsing;

/// <summary>Cuts a template into text and the tokens of its actions. <c>{{-</c> and <c>-}}</c> trim the space beside them; <c>{{/* … */}}</c> is nothing.</summary>
internal sealed class Lexer(string source)
{
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;

    internal static DavitException Error(int line, string problem) =>
        new(ErrorKind.InvalidArgument, $"template parsing error: template: :{line}: {problem}");

    internal List<Token> Run()
    {
        var trimNext = false;
        while (_at < source.Length)
        {
            var open = source.IndexOf("{{", _at, StringComparison.Ordinal);
            var text = open < 0 ? source[_at..] : source[_at..open];
            if (trimNext) text = text.TrimStart();
            var trimHere = open >= 0 && open + 3 < source.Length && source[open + 2] == '-' && char.IsWhiteSpace(source[open + 3]);
            if (trimHere) text = text.TrimEnd();
            if (text.Length > 0) Add(TokenKind.Text, text);
            Count(open < 0 ? source.Length : open);
            if (open < 0) break;
            Count(open + (trimHere ? 3 : 2));
            trimNext = Action();
        }

        Add(TokenKind.End, "");
        return _tokens;
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));

    private void Count(int to)
    {
        _line += source.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }

    /// <summary>Reads one action; true when its end trims what follows.</summary>
    private bool Action()
    {
        var start = _at;
        while (start < source.Length && char.IsWhiteSpace(source[start])) start++;
        if (source.AsSpan(start).StartsWith("/*"))
        {
            var end = source.IndexOf("*/", start, StringComparison.Ordinal);
            if (end < 0) throw Error(_line, "unclosed comment");
            var close = source.IndexOf("}}", end, StringComparison.Ordinal);
            if (close < 0) throw Error(_line, "comment ends before closing delimiter");
            var trims = source[close - 1] == '-';
            Count(close + 2);
            return trims;
        }

        Add(TokenKind.Open, "{{");
        while (true)
        {
            if (_at >= source.Length) throw Error(_line, "unclosed action");
            if (source.AsSpan(_at).StartsWith("}}"))
            {
                Add(TokenKind.Close, "}}");
                Count(_at + 2);
                return false;
            }

            if (source[_at] == '-' && source.AsSpan(_at + 1).StartsWith("}}") && _at > 0 && char.IsWhiteSpace(source[_at - 1]))
            {
                Add(TokenKind.Close, "}}");
                Count(_at + 3);
                return true;
            }

            Next();
        }
    }

    private void Next()
    {
        var c = source[_at];
        switch (c)
        {
            case var _ when char.IsWhiteSpace(c):
                var end = _at;
                while (end < source.Length && char.IsWhiteSpace(source[end])) end++;
                Add(TokenKind.Space, " ");
                Count(end);
                break;
            case '|': Take(TokenKind.Pipe, 1); break;
            case '(': Take(TokenKind.LeftParenthesis, 1); break;
            case ')': Take(TokenKind.RightParenthesis, 1); break;
            case ',': Take(TokenKind.Comma, 1); break;
            case '=': Take(TokenKind.Assign, 1); break;
            case ':' when source.AsSpan(_at).StartsWith(":="): Take(TokenKind.Declare, 2); break;
            case '"': Quoted(); break;
            case '`': Raw(); break;
            case '\'': Character(); break;
            case '.' when _at + 1 < source.Length && IsWord(source[_at + 1]) && !char.IsAsciiDigit(source[_at + 1]): Name(TokenKind.Field, 1); break;
            case '.' when _at + 1 >= source.Length || !char.IsAsciiDigit(source[_at + 1]): Take(TokenKind.Dot, 1); break;
            case '$': Name(TokenKind.Variable, 0); break;
            case var _ when char.IsAsciiDigit(c) || ((c is '+' or '-' or '.') && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1])): Number(); break;
            case var _ when IsWord(c): Name(TokenKind.Identifier, 0); break;
            default: throw Error(_line, $"{(c is '}' or '{' or '@' or '#' ? $"bad character U+{(int)c:X4} '{c}'" : $"unexpected \"{c}\" in command")}");
        }
    }

    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c);

    private void Take(TokenKind kind, int length)
    {
        Add(kind, source.Substring(_at, length));
        Count(_at + length);
    }

    private void Name(TokenKind kind, int skip)
    {
        var end = _at + 1;
        while (end < source.Length && IsWord(source[end])) end++;
        Add(kind, source[(_at + skip)..end]);
        Count(end);
    }

    private void Number()
    {
        var end = _at + 1;
        while (end < source.Length && (IsWord(source[end]) || source[end] == '.' || (source[end] is '+' or '-' && source[end - 1] is 'e' or 'E'))) end++;
        var text = source[_at..end];
        if (text.All(c => char.IsAsciiDigit(c) || c is '+' or '-') && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) throw Error(_line, $"integer overflow: \"{text}\"");
        if (!(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            && !(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _)))
        {
            throw Error(_line, $"bad number syntax: \"{text}\"");
        }

        Take(TokenKind.Number, text.Length);
    }

    private void Raw()
    {
        var end = source.IndexOf('`', _at + 1);
        if (end < 0) throw Error(_line, "unterminated raw quoted string");
        Add(TokenKind.String, source[(_at + 1)..end]);
        Count(end + 1);
    }

    private void Quoted()
    {
        var value = new StringBuilder();
        var at = _at + 1;
        while (true)
        {
            if (at >= source.Length || source[at] == '\n') throw Error(_line, "unterminated quoted string");
            if (source[at] == '"') break;
            at = source[at] == '\\' ? Escape(at, value) : Plain(at, value);
        }

        Add(TokenKind.String, value.ToString());
        Count(at + 1);
    }

    private void Character()
    {
        var value = new StringBuilder();
        var at = _at + 1;
        if (at >= source.Length) throw Error(_line, "unterminated character constant");
        at = source[at] == '\\' ? Escape(at, value) : Plain(at, value);
        if (at >= source.Length || source[at] != '\'') throw Error(_line, "unterminated character constant");
        Add(TokenKind.Character, value.ToString());
        Count(at + 1);
    }

    private int Plain(int at, StringBuilder value)
    {
        value.Append(source[at]);
        return at + 1;
    }

    private int Escape(int at, StringBuilder value)
    {
        if (at + 1 >= source.Length) throw Error(_line, "unterminated quoted string");
        var length = source[at + 1] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (length > 0)
        {
            if (at + 2 + length > source.Length || !int.TryParse(source.AsSpan(at + 2, length), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)) throw Error(_line, "invalid syntax");
            value.Append(char.ConvertFromUtf32(code));
            return at + 2 + length;
        }

        value.Append(source[at + 1] switch
        {
            'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v',
            '\\' => '\\', '"' => '"', '\'' => '\'',
            _ => throw Error(_line, "invalid syntax"),
        });
        return at + 2;
    }
}
