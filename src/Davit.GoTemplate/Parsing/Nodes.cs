namespace Davit.GoTemplate.Parsing;

/// <summary>A part of a template's body.</summary>
internal abstract record Node(int Line);

internal sealed record TextNode(string Text, int Line) : Node(Line);

internal sealed record ActionNode(PipelineNode Pipeline, int Line) : Node(Line);

internal sealed record IfNode(PipelineNode Condition, BlockNode Then, BlockNode? Else, int Line) : Node(Line);

internal sealed record WithNode(PipelineNode Value, BlockNode Then, BlockNode? Else, int Line) : Node(Line);

internal sealed record RangeNode(PipelineNode Value, BlockNode Body, BlockNode? Else, int Line) : Node(Line);

internal sealed record TemplateNode(string Name, PipelineNode? Value, int Line) : Node(Line);

internal sealed record BreakNode(int Line) : Node(Line);

internal sealed record ContinueNode(int Line) : Node(Line);

internal sealed record BlockNode(IReadOnlyList<Node> Nodes);

/// <summary>Commands joined by <c>|</c>; each gets the value before it as last argument.</summary>
internal sealed record PipelineNode(IReadOnlyList<string> Variables, bool IsAssignment, IReadOnlyList<CommandNode> Commands, int Line);

internal sealed record CommandNode(IReadOnlyList<OperandNode> Operands);

/// <summary>One operand of a command.</summary>
internal abstract record OperandNode;

internal sealed record LiteralNode(object? Value) : OperandNode;

internal sealed record DotNode : OperandNode;

internal sealed record VariableNode(string Name, IReadOnlyList<string> Fields) : OperandNode;

internal sealed record FieldNode(IReadOnlyList<string> Fields) : OperandNode;

internal sealed record FunctionNode(string Name) : OperandNode;

internal sealed record ParenthesisNode(PipelineNode Pipeline, IReadOnlyList<string> Fields) : OperandNode;
