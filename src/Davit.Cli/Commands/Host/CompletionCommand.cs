using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Host;

/// <summary><c>completion</c>: the script of a shell. It asks <c>__complete</c> at every tab, so that it never goes stale.</summary>
internal static class CompletionCommand
{
    private const string BashScript = """
        # bash completion for davit
        _davit() {
            local current="${COMP_WORDS[COMP_CWORD]}" line directive=0 candidates=()
            # bash makes words of its own at = and : ; what was typed is taken from the line itself
            local typed="${COMP_LINE:0:COMP_POINT}" words=()
            read -ra words <<<"$typed"
            [[ "$typed" == *[[:space:]] ]] && words+=("")
            (( ${#words[@]} > 1 )) || words+=("")
            current="${words[-1]}"
            while IFS= read -r line; do
                case $line in
                    :*) directive=${line#:} ;;
                    *) candidates+=("${line%%$'\t'*}") ;;
                esac
            done < <("${words[0]}" @COMMAND@ "${words[@]:1}" 2>/dev/null)
            COMPREPLY=()
            local prefix=""
            # readline replaces what follows the last = or :, so the part before it must go
            case $current in
                --*=*) prefix="" ;;
                *:*) [[ $COMP_WORDBREAKS == *:* ]] && prefix="${current%"${current##*:}"}" ;;
            esac
            for line in "${candidates[@]}"; do COMPREPLY+=("${line#"$prefix"}"); done
            if (( directive & 16 )); then
                compopt -o filenames 2>/dev/null
                COMPREPLY+=($(compgen -d -- "$current"))
            elif (( ! (directive & 4) )) && (( ${#COMPREPLY[@]} == 0 )); then
                compopt -o filenames 2>/dev/null
                COMPREPLY+=($(compgen -f -- "${current#*=}"))
            fi
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
            return 0
        }
        complete -F _davit davit
        """;

    private const string ZshScript = """
        #compdef davit
        # zsh completion for davit
        _davit() {
            local line directive=0
            local -a candidates
            while IFS= read -r line; do
                case $line in
                    :*) directive=${line#:} ;;
                    *) candidates+=("${${line//:/\\:}/$'\t'/:}") ;;
                esac
            done < <("${words[1]}" @COMMAND@ "${(@)words[2,CURRENT]}" 2>/dev/null)
            (( ${#candidates} )) && _describe -V davit candidates
            if (( directive & 16 )); then _files -/
            elif (( ! (directive & 4) )); then _files
            fi
        }
        compdef _davit davit
        """;

    private const string FishScript = """
        # fish completion for davit
        function __davit_complete
            set -l words (commandline -opc)
            set -l answer (davit @COMMAND@ $words[2..-1] (commandline -ct) 2>/dev/null)
            for line in $answer[1..-2]
                echo $line
            end
            set -l directive (string sub -s 2 -- $answer[-1])
            if test (math "bitand($directive, 4)") -eq 0
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c davit -f -a '(__davit_complete)'
        """;

    internal static Task<int> BashAsync(CliContext context, Arguments arguments) => PrintAsync(context, arguments, BashScript);

    internal static Task<int> ZshAsync(CliContext context, Arguments arguments) => PrintAsync(context, arguments, ZshScript);

    internal static Task<int> FishAsync(CliContext context, Arguments arguments) => PrintAsync(context, arguments, FishScript);

    private static Task<int> PrintAsync(CliContext context, Arguments arguments, string script)
    {
        context.Out.WriteLine(script.Replace("@COMMAND@", arguments.Is("no-descriptions") ? "__completeNoDesc" : "__complete", StringComparison.Ordinal));
        return Task.FromResult(0);
    }
}
