using System.Globalization;
using Davit.GoTemplate.Evaluation;
using Davit.Primitives;

namespace Davit.GoTemplate.Parsing;

/// <summary>Turns tokens into a tree.</summary>
internal sealed class TemplateParser(string source)
{
    private readonly List<Token> _tokens = new Lexer(source).Run();
    private readonly Dictionary<string, BlockNode> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal) { "$" };
    private int _at;
    private int _rangeDepth;

    internal IReadOnlyDictionary<string, BlockNode> Definitions => _definitions;

    private Token Current => _tokens[_at];

    internal BlockNode Parse()
    {
        var (block, end) = Block();
        return end is null ? block : throw Error($"unexpected {{{{{end}}}}}");
    }

    private DavitException Error(string problem) => Lexer.Error(Current.Line, problem);

    /// <summary>Nodes up to the end, or up to <c>else</c> or <c>end</c>, whose word is returned and whose action is left open after that word.</summary>
    private (BlockNode Block, string? End) Block()
    {
        var nodes = new List<Node>();
        while (true)
        {
            var token = Current;
            switch (token.Kind)
            {
                case TokenKind.End: return (new BlockNode(nodes), null);
                case TokenKind.Text:
                    nodes.Add(new TextNode(token.Text, token.Line));
                    _at++;
                    break;
                default:
                    _at++;
                    SkipSpace();
                    var word = Current.Kind == TokenKind.Identifier ? Current.Text : "";
                    if (word is "end" or "else")
                    {
                        _at++;
                        return (new BlockNode(nodes), word);
                    }

                    if (Statement(word, token.Line) is { } node) nodes.Add(node);
                    break;
            }
        }
    }

    private Node? Statement(string word, int line)
    {
        switch (word)
        {
            case "if":
                _at++;
                var (condition, then, otherwise) = Control(word);
                return new IfNode(condition, then, otherwise, line);
            case "with":
                _at++;
                var (value, body, without) = Control(word);
                return new WithNode(value, body, without, line);
            case "range":
                _at++;
                _rangeDepth++;
                var (list, each, empty) = Control(word);
                _rangeDepth--;
                return new RangeNode(list, each, empty, line);
            case "break" or "continue":
                if (_rangeDepth == 0) throw Error($"{{{{{word}}}}} outside {{{{range}}}}");
                _at++;
                Close(word);
                return word == "break" ? new BreakNode(line) : new ContinueNode(line);
            case "define" or "block":
                _at++;
                SkipSpace();
                if (Current.Kind != TokenKind.String) throw Error($"unexpected {Describe()} in {word} clause");
                var name = Current.Text;
                _at++;
                var given = word == "block" ? Pipeline("block clause") : null;
                if (word == "define") Close("define clause");
                var (defined, end) = Block();
                if (end != "end") throw Error("unexpected EOF");
                Close("end");
                _definitions[name] = defined;
                return given is null ? null : new TemplateNode(name, given, line);
            case "template":
                _at++;
                SkipSpace();
                if (Current.Kind != TokenKind.String) throw Error($"unexpected {Describe()} in template clause");
                var called = Current.Text;
                _at++;
                SkipSpace();
                if (Current.Kind != TokenKind.Close) return new TemplateNode(called, Pipeline("template clause"), line);
                _at++;
                return new TemplateNode(called, null, line);
            default:
                return new ActionNode(Pipeline("command"), line);
        }
    }

    private (PipelineNode Value, BlockNode Then, BlockNode? Else) Control(string word)
    {
        var known = new HashSet<string>(_variables, StringComparer.Ordinal);
        var value = Pipeline(word);
        var (then, end) = Block();
        BlockNode? otherwise = null;
        if (end == "else")
        {
            SkipSpace();
            if (Current.Kind == TokenKind.Identifier && Current.Text is "if" or "with")
            {
                // {{else if x}} is {{else}}{{if x}} with one {{end}} for both
                var nested = Current.Text;
                var line = Current.Line;
                _at++;
                var (condition, inner, innerElse) = Control(nested);
                Restore(known);
                return (value, then, new BlockNode([nested == "if" ? new IfNode(condition, inner, innerElse, line) : new WithNode(condition, inner, innerElse, line)]));
            }

            Close("else");
            (otherwise, end) = Block();
        }

        if (end != "end") throw Error("unexpected EOF");
        Close("end");
        Restore(known);
        return (value, then, otherwise);
    }

    private void Restore(HashSet<string> known) => _variables.IntersectWith(known);

    private void Close(string context)
    {
        SkipSpace();
        if (Current.Kind != TokenKind.Close) throw Error($"unexpected {Describe()} in {context}");
        _at++;
    }

    private void SkipSpace()
    {
        while (Current.Kind == TokenKind.Space) _at++;
    }

    private string Describe() => Current.Kind switch
    {
        TokenKind.End => "EOF",
        TokenKind.Close => "\"}}\"",
        _ => $"<{Current.Text}>",
    };

    private PipelineNode Pipeline(string context)
    {
        var pipeline = Commands(context, TokenKind.Close);
        _at++;
        return pipeline;
    }

    private PipelineNode Commands(string context, TokenKind end)
    {
        var line = Current.Line;
        SkipSpace();
        var variables = new List<string>();
        var assignment = false;
        var start = _at;
        if (Current.Kind == TokenKind.Variable)
        {
            variables.Add(Current.Text);
            _at++;
            SkipSpace();
            if (Current.Kind == TokenKind.Comma && context == "range")
            {
                _at++;
                SkipSpace();
                if (Current.Kind != TokenKind.Variable) throw Error("range can only initialize variables");
                variables.Add(Current.Text);
                _at++;
                SkipSpace();
            }

            if (Current.Kind is TokenKind.Declare or TokenKind.Assign)
            {
                assignment = Current.Kind == TokenKind.Assign;
                _at++;
                foreach (var variable in variables)
                {
                    if (assignment && !_variables.Contains(variable)) throw Error($"undefined variable \"{variable}\"");
                    _variables.Add(variable);
                }
            }
            else
            {
                variables.Clear();
                _at = start;
            }
        }

        var commands = new List<CommandNode>();
        while (true)
        {
            SkipSpace();
            commands.Add(Command(context, end));
            if (Current.Kind == end) break;
            if (Current.Kind != TokenKind.Pipe) throw Error($"unexpected {Describe()} in {context}");
            _at++;
        }

        return new PipelineNode(variables, assignment, commands, line);
    }

    private CommandNode Command(string context, TokenKind end)
    {
        var operands = new List<OperandNode>();
        while (true)
        {
            SkipSpace();
            if (Current.Kind == end || Current.Kind == TokenKind.Pipe) break;
            operands.Add(Operand(context));
        }

        return operands.Count == 0 ? throw Error($"missing value for {context}") : new CommandNode(operands);
    }

    private OperandNode Operand(string context)
    {
        var token = Current;
        _at++;
        switch (token.Kind)
        {
            case TokenKind.String: return new LiteralNode(token.Text);
            case TokenKind.Character: return new LiteralNode((long)char.ConvertToUtf32(token.Text, 0));
            case TokenKind.Number: return new LiteralNode(Number(token.Text));
            case TokenKind.Dot: return new DotNode();
            case TokenKind.Field: return new FieldNode(Fields(token.Text));
            case TokenKind.Variable:
                if (!_variables.Contains(token.Text)) throw Error($"undefined variable \"{token.Text}\"");
                return new VariableNode(token.Text, Fields());
            case TokenKind.Identifier:
                if (token.Text is "true" or "false") return new LiteralNode(token.Text == "true");
                if (token.Text == "nil") return new LiteralNode(null);
                return Functions.Exists(token.Text) ? new FunctionNode(token.Text) : throw Error($"function \"{token.Text}\" not defined");
            case TokenKind.LeftParenthesis:
                var inner = Commands("parenthesized pipeline", TokenKind.RightParenthesis);
                _at++;
                return new ParenthesisNode(inner, Fields());
            default:
                _at--;
                throw Error($"unexpected {Describe()} in {context}");
        }
    }

    private List<string> Fields(string? first = null)
    {
        var fields = new List<string>();
        if (first is not null) fields.Add(first);
        while (Current.Kind == TokenKind.Field) fields.Add(_tokens[_at++].Text);
        return fields;
    }

    private static object Number(string text)
    {
        // two types of number: a conditional expression would make both a double
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
