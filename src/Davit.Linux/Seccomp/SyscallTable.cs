using System.Collections.Frozen;

namespace Davit.Linux.Seccomp;

/// <summary>Numbers of system calls by name.</summary>
internal static class SyscallTable
{
    internal static FrozenDictionary<string, int> X64 { get; } = Read(SyscallNames.X64);

    internal static FrozenDictionary<string, int> X86 { get; } = Read(SyscallNames.X86);

    internal static FrozenDictionary<string, int> X32 { get; } = Read(SyscallNames.X32);

    private static FrozenDictionary<string, int> Read(string names)
    {
        var table = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = -1;
        foreach (var range in names.AsSpan().SplitAny(" \n"))
        {
            var word = names.AsSpan()[range];
            if (word.IsEmpty) continue;
            var colon = word.IndexOf(':');
            number = colon < 0 ? number + 1 : int.Parse(word[..colon], null);
            table[word[(colon + 1)..].ToString()] = number;
        }

        return table.ToFrozenDictionary();
    }
}
