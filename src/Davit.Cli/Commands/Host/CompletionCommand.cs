using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary><c>completion</c> prints a shell's script; <c>__complete</c> is what the script asks: candidates a line each, then <c>:directive</c> as cobra has it.</summary>
internal static class CompletionCommand
{
    internal static Task<int> ScriptAsync(CliContext context, Arguments a)
    {
        context.Out.WriteLine(a.Words[0] switch
        {
            "bash" => "_davit() { local IFS=$'\\n'; local out; out=$(davit __complete \"${COMP_WORDS[@]:1:COMP_CWORD-1}\" \"${COMP_WORDS[COMP_CWORD]}\" 2>/dev/null); COMPREPLY=($(compgen -W \"$(sed '/^:/d; s/\\t.*//' <<<\"$out\")\" -- \"${COMP_WORDS[COMP_CWORD]}\")); grep -q '^:0' <<<\"$out\" && [ ${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\")); }\ncomplete -F _davit davit",
            "zsh" => "#compdef davit\n_davit() { local -a out; out=(\"${(@f)$(davit __complete ${words[2,CURRENT-1]} \"${words[CURRENT]}\" 2>/dev/null)}\"); local -a list; for line in $out; do [[ $line == :* ]] || list+=(\"${line/$'\\t'/:}\"); done; if (( ${#list} )); then _describe davit list; else _files; fi }\ncompdef _davit davit",
            "fish" => "complete -c davit -f -a '(davit __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null | string match -v \":*\")'",
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"there is no completion for \"{a.Words[0]}\"", "use bash, zsh or fish"),
        });
        return Task.FromResult(0);
    }

    internal static async Task<int> CompleteAsync(CliContext context, Arguments a)
    {
        var node = CommandTree.Root;
        foreach (var word in a.Words.SkipLast(1))
        {
            if (node.Child(word) is { } child) node = child;
        }

        var current = a.Words.Count > 0 ? a.Words[^1] : "";
        if (current.StartsWith('-'))
        {
            foreach (var flag in node.Flags.Where(f => !f.Hidden && ("--" + f.Name).StartsWith(current, StringComparison.Ordinal))) context.Out.WriteLine($"--{flag.Name}\t{flag.Help}");
            context.Out.WriteLine(":4");
            return 0;
        }

        foreach (var child in node.Children.Where(c => c.Section is not null && c.Name.StartsWith(current, StringComparison.Ordinal))) context.Out.WriteLine($"{child.Name}\t{child.Summary}");
        foreach (var name in await NamesAsync(context, node.Completes))
        {
            if (name.StartsWith(current, StringComparison.Ordinal)) context.Out.WriteLine(name);
        }

        context.Out.WriteLine(node.Completes.Length > 0 || node.Children.Count > 0 ? ":4" : ":0");
        return 0;
    }

    private static async Task<IEnumerable<string>> NamesAsync(CliContext context, string what)
    {
        try
        {
            return what switch
            {
                "containers" => (await context.Engine.JsonAsync("GET", "/containers/json?all=1")).EnumerateArray().SelectMany(c => c.GetProperty("Names").EnumerateArray()).Select(n => n.GetString()!.TrimStart('/')),
                "images" => (await context.Engine.JsonAsync("GET", "/images/json")).EnumerateArray().SelectMany(i => i.GetProperty("RepoTags").EnumerateArray()).Select(t => t.GetString()!),
                "networks" => (await context.Engine.JsonAsync("GET", "/networks")).EnumerateArray().Select(n => n.GetProperty("Name").GetString()!),
                "volumes" => (await context.Engine.JsonAsync("GET", "/volumes")).GetProperty("Volumes").EnumerateArray().Select(v => v.GetProperty("Name").GetString()!),
                _ => [],
            };
        }
        catch (Exception e) when (e is DavitException or InvalidOperationException)
        {
            // completion is silent when nobody answers
            return [];
        }
    }
}
