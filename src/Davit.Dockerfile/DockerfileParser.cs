using Davit.Dockerfile.Instructions;
using Davit.Dockerfile.Syntax;
using Davit.Primitives;

namespace Davit.Dockerfile;

/// <summary>Text to stages.</summary>
public static class DockerfileParser
{
    /// <summary>Reads a Dockerfile.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="text">Content.</param>
    /// <exception cref="DavitException">InvalidArgument, with the line and a caret.</exception>
    public static ParsedDockerfile Parse(string name, string text)
    {
        if (text.Length > SourceText.MaxBytes) throw new DavitException(ErrorKind.InvalidArgument, $"{name} is larger than {SourceText.MaxBytes} bytes");
        if (text.Contains('\0', StringComparison.Ordinal)) throw new DavitException(ErrorKind.InvalidArgument, $"{name} is not a text file: it has a null character");
        var source = new SourceText(name, text);
        var directives = DirectiveReader.Read(source);
        var reader = new SyntaxReader(source, directives);
        var parser = new InstructionParser(source, directives);
        var globals = new List<ArgInstruction>();
        var stages = new List<(FromInstruction From, List<Instruction> Instructions)>();
        foreach (var node in reader.ReadAll())
        {
            var instruction = parser.Parse(node);
            if (instruction is FromInstruction from)
            {
                stages.Add((from, []));
            }
            else if (stages.Count > 0)
            {
                stages[^1].Instructions.Add(instruction);
            }
            else if (instruction is ArgInstruction arg)
            {
                globals.Add(arg);
            }
            else
            {
                throw DockerfileError.Syntax(source, node.Range, "no build stage in current context", node.Keyword);
            }
        }

        if (stages.Count == 0) throw new DavitException(ErrorKind.InvalidArgument, "file with no instructions", "a Dockerfile needs at least a FROM instruction");
        return new ParsedDockerfile
        {
            Source = source,
            Directives = directives,
            GlobalArgs = globals,
            Stages = [.. stages.Select((s, i) => new Stage(i, s.From, s.Instructions))],
            Warnings = reader.Warnings,
        };
    }

    /// <summary>Reads one instruction outside of a Dockerfile: an ONBUILD trigger, or a <c>--change</c> of commit and import.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static Instruction ParseInstruction(string name, string text)
    {
        var source = new SourceText(name, text);
        var directives = new Directives();
        var nodes = new SyntaxReader(source, directives).ReadAll();
        if (nodes.Count != 1) throw new DavitException(ErrorKind.InvalidArgument, $"{name} should be a single expression: {text}");
        return new InstructionParser(source, directives).Parse(nodes[0]);
    }
}
