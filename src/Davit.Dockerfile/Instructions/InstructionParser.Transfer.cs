using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile.Instructions;

/// <content>COPY and ADD.</content>
internal sealed partial class InstructionParser
{
    private CopyInstruction ParseCopy(SyntaxNode node)
    {
        var flags = Flags(node, "from", "chown", "chmod", "link?", "parents?", "exclude*");
        var (sources, files, destination) = Transfer(node, "COPY");
        return new CopyInstruction
        {
            Original = node.Original,
            Range = node.Range,
            Sources = sources,
            Files = files,
            Destination = destination,
            From = flags.Get("from"),
            Chown = flags.Get("chown"),
            Chmod = flags.Get("chmod"),
            Link = flags.IsTrue("link"),
            Parents = flags.IsTrue("parents"),
            Exclude = flags.All("exclude"),
        };
    }

    private AddInstruction ParseAdd(SyntaxNode node)
    {
        var flags = Flags(node, "chown", "chmod", "link?", "checksum", "unpack?", "exclude*", "keep-git-dir?");
        if (flags.IsTrue("keep-git-dir")) throw Fail(node, "the --keep-git-dir option of ADD is not supported: git repositories are no source of ADD here", "--keep-git-dir");
        var (sources, files, destination) = Transfer(node, "ADD");
        return new AddInstruction
        {
            Original = node.Original,
            Range = node.Range,
            Sources = sources,
            Files = files,
            Destination = destination,
            Chown = flags.Get("chown"),
            Chmod = flags.Get("chmod"),
            Link = flags.IsTrue("link"),
            Checksum = flags.Get("checksum"),
            Unpack = flags.Get("unpack") is { } unpack ? unpack == "true" : null,
            Exclude = flags.All("exclude"),
        };
    }

    private (List<string> Sources, List<Heredoc> Files, string Destination) Transfer(SyntaxNode node, string keyword)
    {
        var words = ListOf(node);
        if (words.Count < 2)
        {
            throw Fail(node, words.Count == 0 ? $"{keyword} requires at least two arguments, but none were provided"
                : $"{keyword} requires at least two arguments, but only one was provided. Destination could not be determined");
        }

        var destination = words[^1];
        if (Heredoc.TryParseOpening(destination) is not null) throw Fail(node, $"{keyword} cannot accept a heredoc as a destination", destination);
        var sources = new List<string>();
        var files = new List<Heredoc>();
        foreach (var word in words.Take(words.Count - 1))
        {
            if (Heredoc.TryParseOpening(word) is { } opening && node.Heredocs.FirstOrDefault(h => h.Name == opening.Name) is { } heredoc) files.Add(heredoc);
            else sources.Add(word);
        }

        return (sources, files, destination);
    }
}
