using Davit.GoTemplate.Evaluation;
using Davit.GoTemplate.Parsing;
using Davit.Primitives;

namespace Davit.GoTemplate;

/// <summary>A parsed template of the <c>--format</c> language: Go's text/template with Docker's functions.</summary>
public sealed class Template
{
    private readonly BlockNode _root;
    private readonly IReadOnlyDictionary<string, BlockNode> _definitions;

    private Template(BlockNode root, IReadOnlyDictionary<string, BlockNode> definitions) => (_root, _definitions) = (root, definitions);

    /// <summary>Parses a template.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>template parsing error: template: :LINE: …</c>, as Docker says it.</exception>
    public static Template Parse(string text)
    {
        var parser = new TemplateParser(text);
        var root = parser.Parse();
        return new Template(root, parser.Definitions);
    }

    /// <summary>Writes the template's text for a value.</summary>
    /// <exception cref="DavitException">InvalidArgument: a field that the value lacks (named, with those it has), a function used wrongly.</exception>
    public void Execute(object? data, TextWriter output) => new Evaluator(_definitions, output).Run(_root, data);

    /// <summary>The template's text for a value.</summary>
    public string Execute(object? data)
    {
        using var writer = new StringWriter();
        Execute(data, writer);
        return writer.ToString();
    }
}
