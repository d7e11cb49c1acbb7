using System.Text.Json;
using Davit.GoTemplate.Parsing;
using Davit.Primitives;

namespace Davit.GoTemplate.Evaluation;

/// <summary>Walks a template's tree over a value.</summary>
internal sealed class Evaluator(IReadOnlyDictionary<string, BlockNode> definitions, TextWriter output)
{
    private const int MaxDepth = 100;
    private readonly List<(string Name, object? Value)> _variables = [];
    private int _depth;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    internal void Run(BlockNode root, object? data)
    {
        _variables.Add(("$", data));
        Walk(root, data);
    }

    internal static DavitException Error(int line, string problem) =>
        new(ErrorKind.InvalidArgument, $"template: :{line}: {problem}");

    private Flow Walk(BlockNode block, object? dot)
    {
        foreach (var node in block.Nodes)
        {
            var flow = Walk(node, dot);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    private Flow Walk(Node node, object? dot)
    {
        var mark = _variables.Count;
        switch (node)
        {
            case TextNode text:
                output.Write(text.Text);
                return Flow.Next;
            case ActionNode action:
                var value = Evaluate(action.Pipeline, dot);
                if (action.Pipeline.Variables.Count == 0) output.Write(Values.Text(value));
                return Flow.Next;
            case IfNode condition:
                var chosen = Values.IsTrue(Evaluate(condition.Condition, dot)) ? condition.Then : condition.Else;
                return Scoped(mark, () => chosen is null ? Flow.Next : Walk(chosen, dot));
            case WithNode with:
                var subject = Evaluate(with.Value, dot);
                return Scoped(mark, () => Values.IsTrue(subject) ? Walk(with.Then, subject) : with.Else is null ? Flow.Next : Walk(with.Else, dot));
            case RangeNode range:
                return Scoped(mark, () => Range(range, dot));
            case TemplateNode call:
                Call(call, dot);
                return Flow.Next;
            case BreakNode: return Flow.Break;
            default: return Flow.Continue;
        }
    }

    private Flow Scoped(int mark, Func<Flow> body)
    {
        var flow = body();
        _variables.RemoveRange(mark, _variables.Count - mark);
        return flow;
    }

    private Flow Range(RangeNode range, object? dot)
    {
        var declared = range.Value.Variables;
        var list = Evaluate(range.Value with { Variables = [] }, dot);
        var elements = Values.Elements(list) ?? throw Error(range.Line, $"range can't iterate over {Values.Text(list)}");
        var any = false;
        foreach (var (key, item) in elements)
        {
            any = true;
            var mark = _variables.Count;
            if (declared.Count == 2) Set(declared[0], key, range.Value.IsAssignment);
            if (declared.Count > 0) Set(declared[^1], item, range.Value.IsAssignment);
            var flow = Walk(range.Body, item);
            _variables.RemoveRange(mark, _variables.Count - mark);
            if (flow == Flow.Break) break;
        }

        return any || range.Else is null ? Flow.Next : Walk(range.Else, dot);
    }

    private void Call(TemplateNode call, object? dot)
    {
        if (!definitions.TryGetValue(call.Name, out var body)) throw Error(call.Line, $"template \"{call.Name}\" not defined");
        if (++_depth > MaxDepth) throw Error(call.Line, $"exceeded maximum template depth ({MaxDepth})");
        var value = call.Value is null ? null : Evaluate(call.Value, dot);
        new Evaluator(definitions, output) { _depth = _depth }.Run(body, value);
        _depth--;
    }

    private void Set(string name, object? value, bool assign)
    {
        if (assign)
        {
            for (var i = _variables.Count - 1; i >= 0; i--)
            {
                if (_variables[i].Name != name) continue;
                _variables[i] = (name, value);
                return;
            }
        }

        _variables.Add((name, value));
    }

    private object? Evaluate(PipelineNode pipeline, object? dot)
    {
        object? value = null;
        var first = true;
        foreach (var command in pipeline.Commands)
        {
            value = Evaluate(command, dot, pipeline.Line, first ? [] : [value]);
            first = false;
        }

        foreach (var variable in pipeline.Variables) Set(variable, value, pipeline.IsAssignment);
        return value;
    }

    private object? Evaluate(CommandNode command, object? dot, int line, IReadOnlyList<object?> piped)
    {
        var head = command.Operands[0];
        var rest = command.Operands.Skip(1);
        if (head is FunctionNode { Name: "and" or "or" } logic) return Functions.Logic(logic.Name, rest.Select(o => (Func<object?>)(() => Value(o, dot, line))).Concat(piped.Select(p => (Func<object?>)(() => p))), line);
        List<object?> arguments = [.. rest.Select(o => Value(o, dot, line)), .. piped];
        return head switch
        {
            FunctionNode function => Functions.Call(function.Name, arguments, line),
            FieldNode field => Fields(dot, field.Fields, arguments, line),
            VariableNode { Fields.Count: > 0 } variable => Fields(Variable(variable.Name), variable.Fields, arguments, line),
            ParenthesisNode { Fields.Count: > 0 } group => Fields(Evaluate(group.Pipeline, dot), group.Fields, arguments, line),
            _ when arguments.Count > 0 => throw Error(line, $"can't give argument to non-function {Describe(head)}"),
            _ => Value(head, dot, line),
        };
    }

    private static string Describe(OperandNode operand) => operand switch
    {
        DotNode => ".",
        LiteralNode literal => Values.Text(literal.Value),
        VariableNode variable => variable.Name,
        _ => "value",
    };

    private object? Value(OperandNode operand, object? dot, int line) => operand switch
    {
        LiteralNode literal => literal.Value,
        DotNode => dot,
        FieldNode field => Fields(dot, field.Fields, [], line),
        VariableNode variable => Fields(Variable(variable.Name), variable.Fields, [], line),
        ParenthesisNode group => Fields(Evaluate(group.Pipeline, dot), group.Fields, [], line),
        FunctionNode function => Functions.Call(function.Name, [], line),
        _ => throw Error(line, "unexpected operand"),
    };

    private object? Variable(string name)
    {
        for (var i = _variables.Count - 1; i >= 0; i--)
        {
            if (_variables[i].Name == name) return _variables[i].Value;
        }

        return null;
    }

    private static object? Fields(object? value, IReadOnlyList<string> fields, IReadOnlyList<object?> arguments, int line)
    {
        for (var i = 0; i < fields.Count; i++) value = Field(value, fields[i], i == fields.Count - 1 ? arguments : [], line);
        return value;
    }

    private static object? Field(object? value, string name, IReadOnlyList<object?> arguments, int line)
    {
        switch (Values.Plain(value))
        {
            case ITemplateRecord record:
                if (record.TryGet(name, arguments, out var found)) return found;
                throw new DavitException(ErrorKind.InvalidArgument, $"template: :{line}: can't evaluate field {name}", "valid fields: " + string.Join(", ", record.Fields));
            case JsonElement { ValueKind: JsonValueKind.Object } json:
                if (json.TryGetProperty(name, out var property)) return property;
                throw new DavitException(ErrorKind.InvalidArgument, $"template: :{line}: map has no entry for key \"{name}\"", "valid fields: " + string.Join(", ", json.EnumerateObject().Select(p => p.Name)));
            case IReadOnlyDictionary<string, object?> map:
                return map.TryGetValue(name, out var entry) ? entry : null;
            case IReadOnlyDictionary<string, string> map:
                return map.TryGetValue(name, out var text) ? text : null;
            case null: throw Error(line, $"nil data; no entry for key \"{name}\"");
            default: throw Error(line, $"can't evaluate field {name} in {Values.Text(value)}");
        }
    }
}
