using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary><c>--chmod</c>: an octal mode, or symbolic changes as <c>u=rwX,go-w</c>.</summary>
internal sealed class FileModeChange
{
    private const uint Special = 0xE00;
    private readonly uint? _octal;
    private readonly List<(uint Who, char Operator, string Permissions)> _clauses = [];

    /// <exception cref="DavitException">InvalidArgument: no mode.</exception>
    public FileModeChange(string text)
    {
        if (text.Length is > 0 and <= 5 && text.All(c => c is >= '0' and <= '7'))
        {
            var value = Convert.ToUInt32(text, 8);
            _octal = value <= 0xFFF ? value : throw Invalid(text);
            return;
        }

        foreach (var clause in text.Split(','))
        {
            var at = clause.AsSpan().IndexOfAny('+', '-', '=');
            if (at < 0) throw Invalid(text);
            var who = 0u;
            foreach (var c in clause[..at])
            {
                who |= c switch { 'u' => 0x9C0u, 'g' => 0x438u, 'o' => 0x207u, 'a' => 0xFFFu, _ => throw Invalid(text) };
            }

            var permissions = clause[(at + 1)..];
            if (permissions.Any(c => !"rwxXst".Contains(c, StringComparison.Ordinal))) throw Invalid(text);
            _clauses.Add((who == 0 ? 0xFFFu : who, clause[at], permissions));
        }
    }

    /// <summary>The mode of a file or directory after the change.</summary>
    public uint Apply(uint mode, bool isDirectory)
    {
        if (_octal is { } octal) return octal;
        var result = mode & 0xFFF;
        foreach (var (who, op, permissions) in _clauses)
        {
            var bits = 0u;
            foreach (var c in permissions)
            {
                bits |= c switch
                {
                    'r' => 0x124u,
                    'w' => 0x92u,
                    'x' => 0x49u,
                    'X' => isDirectory || (result & 0x49) != 0 ? 0x49u : 0u,
                    's' => 0xC00u,
                    _ => 0x200u,
                };
            }

            bits &= who;
            result = op switch { '+' => result | bits, '-' => result & ~bits, _ => (result & ~(who & ~(isDirectory ? Special : 0u))) | bits };
        }

        return result;
    }

    private static DavitException Invalid(string text) => new(ErrorKind.InvalidArgument, $"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777, or symbolic as u=rwX,go-w");
}
