namespace Davit.Dockerfile.Instructions;

/// <summary>The flags of one instruction, checked against those that it knows.</summary>
internal sealed class FlagSet
{
    private readonly List<(string Name, string? Value)> _values = [];

    /// <param name="flags">As written.</param>
    /// <param name="known">Names; <c>name?</c> is a boolean, <c>name*</c> may be repeated.</param>
    /// <param name="fail">Makes the error for a message and the word at fault.</param>
    public FlagSet(IReadOnlyList<string> flags, string[] known, Func<string, string, Exception> fail)
    {
        foreach (var flag in flags)
        {
            var equals = flag.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? flag[2..] : flag[2..equals];
            var value = equals < 0 ? null : flag[(equals + 1)..];
            var shape = known.FirstOrDefault(k => k.TrimEnd('?', '*') == name);
            if (shape is null) throw fail($"unknown flag: {flag.Split('=')[0]}{Suggestion.For("--" + name, known.Select(k => "--" + k.TrimEnd('?', '*')))}", flag.Split('=')[0]);
            if (!shape.EndsWith('*') && _values.Any(v => v.Name == name)) throw fail($"duplicate flag specified: --{name}", "--" + name);
            if (shape.EndsWith('?'))
            {
                value = (value ?? "true").ToLowerInvariant();
                if (value.Length == 0) throw fail($"missing a value on flag: --{name}", "--" + name);
                if (value is not ("true" or "false")) throw fail($"expecting boolean value for flag --{name}, not: {value}", flag);
            }
            else if (value is null)
            {
                throw fail($"missing a value on flag: --{name}", "--" + name);
            }

            _values.Add((name, value));
        }
    }

    public string? Get(string name) => _values.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault() is { Length: > 0 } value ? value : null;

    public bool IsTrue(string name) => Get(name) == "true";

    public IReadOnlyList<string> All(string name) => [.. _values.Where(v => v.Name == name).Select(v => v.Value!)];
}
