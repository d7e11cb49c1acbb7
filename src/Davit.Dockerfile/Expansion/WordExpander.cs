using System.Text;
using Davit.Primitives;

namespace Davit.Dockerfile.Expansion;

/// <summary>Expands variables, quotes and escapes in a word of an instruction, as BuildKit's shell lexer does.</summary>
public sealed class WordExpander
{
    private readonly Func<string, string?> _lookup;
    private readonly char _escape;
    private readonly bool _keepQuotes;
    private string _text = "";
    private int _at;

    /// <summary>Makes an expander.</summary>
    /// <param name="escape">The file's escape character.</param>
    /// <param name="lookup">Value of a variable, or null when it is not set.</param>
    /// <param name="keepQuotes">Leave quotes alone: here-documents, and EXPOSE-like lists.</param>
    public WordExpander(char escape, Func<string, string?> lookup, bool keepQuotes = false) => (_escape, _lookup, _keepQuotes) = (escape, lookup, keepQuotes);

    /// <summary>Variables that were asked for and not set.</summary>
    public ISet<string> Unset { get; } = new SortedSet<string>(StringComparer.Ordinal);

    /// <summary>Variables that were asked for.</summary>
    public ISet<string> Used { get; } = new SortedSet<string>(StringComparer.Ordinal);

    /// <summary>Expands a word to one string.</summary>
    /// <exception cref="DavitException">InvalidArgument, with BuildKit's text.</exception>
    public string Expand(string word) => string.Concat(Run(word).Select(p => p.Text));

    /// <summary>Expands, then splits at white space that is neither quoted nor escaped.</summary>
    public IReadOnlyList<string> ExpandToWords(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var (piece, literal) in Run(text))
        {
            if (literal)
            {
                word.Append(piece);
                continue;
            }

            foreach (var c in piece)
            {
                if (!char.IsWhiteSpace(c))
                {
                    word.Append(c);
                }
                else if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }
            }
        }

        if (word.Length > 0) words.Add(word.ToString());
        return words;
    }

    private List<(string Text, bool Literal)> Run(string word)
    {
        (_text, _at) = (word, 0);
        try
        {
            return Until('\0', rawEscapes: false);
        }
        catch (FormatException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"failed to process \"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\": {e.Message}");
        }
    }

    /// <summary>Reads up to a stop character, or to the end for <c>\0</c>.</summary>
    private List<(string Text, bool Literal)> Until(char stop, bool rawEscapes)
    {
        var pieces = new List<(string, bool)>();
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (stop != '\0' && c == stop)
            {
                _at++;
                return pieces;
            }

            if (c == '$')
            {
                pieces.Add((Dollar(), false));
            }
            else if (c == '\'' && !_keepQuotes)
            {
                pieces.Add((SingleQuoted(), true));
            }
            else if (c == '"' && !_keepQuotes)
            {
                pieces.Add((DoubleQuoted(rawEscapes), true));
            }
            else if (c == _escape)
            {
                _at++;
                if (_at == _text.Length)
                {
                    if (rawEscapes) pieces.Add((c.ToString(), true));
                    break;
                }

                pieces.Add(((rawEscapes || _keepQuotes && _text[_at] is not '$' && _text[_at] != _escape ? c.ToString() : "") + _text[_at++], true));
            }
            else
            {
                pieces.Add((c.ToString(), false));
                _at++;
            }
        }

        return stop == '\0' ? pieces : throw new FormatException($"unexpected end of statement while looking for matching {stop}");
    }

    private string SingleQuoted()
    {
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0) throw new FormatException("unexpected end of statement while looking for matching single-quote");
        var result = _text[(_at + 1)..end];
        _at = end + 1;
        return result;
    }

    private string DoubleQuoted(bool rawEscapes)
    {
        var result = new StringBuilder();
        for (_at++; _at < _text.Length;)
        {
            var c = _text[_at];
            if (c == '"')
            {
                _at++;
                return result.ToString();
            }

            if (c == '$')
            {
                result.Append(Dollar());
                continue;
            }

            _at++;
            if (c == _escape && _at < _text.Length && (_text[_at] is '"' or '$' || _text[_at] == _escape))
            {
                if (rawEscapes) result.Append(c);
                result.Append(_text[_at++]);
            }
            else
            {
                result.Append(c);
            }
        }

        throw new FormatException("unexpected end of statement while looking for matching double-quote");
    }

    private string Dollar()
    {
        _at++;
        if (_at >= _text.Length) return "$";
        if (_text[_at] != '{')
        {
            var plain = Name();
            return plain.Length == 0 ? "$" : Value(plain) ?? "";
        }

        _at++;
        if (_at >= _text.Length) throw new FormatException("syntax error: missing '}'");
        if (_text[_at] is '{' or '}' or ':') throw new FormatException("syntax error: bad substitution");
        var name = Name();
        if (_at >= _text.Length) throw new FormatException("syntax error: missing '}'");
        var modifier = _text[_at++];
        return modifier == '}' ? Value(name) ?? "" : Modified(name, modifier);
    }

    private string Modified(string name, char modifier)
    {
        var emptyIsUnset = modifier == ':';
        if (emptyIsUnset)
        {
            if (_at >= _text.Length) throw new FormatException("syntax error: missing '}'");
            modifier = _text[_at++];
        }

        if (modifier == '/' && !emptyIsUnset) return Replaced(name);
        if (modifier is not ('-' or '+' or '?' or '#' or '%') || (emptyIsUnset && modifier is '#' or '%'))
        {
            throw new FormatException($"unsupported modifier ({(emptyIsUnset ? ":" : "")}{modifier}) in substitution");
        }

        var word = Argument('}', modifier is '#' or '%');
        var value = Value(name);
        var missing = value is null || emptyIsUnset && value.Length == 0;
        switch (modifier)
        {
            case '-':
                return missing ? word : value!;
            case '+':
                return missing ? "" : word;
            case '?' when missing:
                throw new FormatException($"{name}: {(word.Length > 0 ? word : value is null ? "is not allowed to be unset" : "is not allowed to be empty")}");
            case '?':
                return value!;
            default:
                var longest = word.StartsWith(modifier);
                var pattern = longest ? word[1..] : word;
                return modifier == '#' ? ShellPattern.TrimPrefix(value ?? "", pattern, longest) : ShellPattern.TrimSuffix(value ?? "", pattern, longest);
        }
    }

    private string Replaced(string name)
    {
        var all = _at < _text.Length && _text[_at] == '/';
        if (all) _at++;
        var pattern = Argument('/', rawEscapes: true);
        var replacement = Argument('}', rawEscapes: false);
        return ShellPattern.Replace(Value(name) ?? "", pattern, replacement, all);
    }

    private string Argument(char stop, bool rawEscapes)
    {
        try
        {
            return string.Concat(Until(stop, rawEscapes).Select(p => p.Text));
        }
        catch (FormatException) when (_at >= _text.Length)
        {
            throw new FormatException(stop == '}' ? "syntax error: missing '}'" : "syntax error: missing '/' in ${}");
        }
    }

    private string? Value(string name)
    {
        Used.Add(name);
        var value = _lookup(name);
        if (value is null) Unset.Add(name);
        return value;
    }

    private string Name()
    {
        var start = _at;
        if (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        }
        else if (_at < _text.Length && _text[_at] is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _at++;
        }
        else
        {
            while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        }

        return _text[start.._at];
    }
}
