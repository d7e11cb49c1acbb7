using System.Collections.Frozen;
using System.Runtime.InteropServices;
using Davit.Primitives;

namespace Davit.Linux.Seccomp;

/// <summary>Compiles rules to a classic BPF program: the architecture first, then a binary search over ranges of call numbers with the same outcome.</summary>
public static class SeccompCompiler
{
    private const uint AuditX86X64 = 0xc000003e;
    private const uint AuditX86 = 0x40000003;
    private const uint X32Bit = 0x40000000;
    private const int NoSuchCall = 38;
    private const int MaximumInstructions = 4096;

    /// <summary>Whether a system call of this name exists on this machine, in any of its architectures; rules for others mean nothing here.</summary>
    public static bool Knows(string name) => SyscallTable.X64.ContainsKey(name) || SyscallTable.X86.ContainsKey(name) || SyscallTable.X32.ContainsKey(name);

    /// <summary>Compiles.</summary>
    /// <param name="architectures">Those allowed at all; empty means 64-bit only.</param>
    /// <param name="defaultAction">Outcome of a call without a rule.</param>
    /// <param name="rules">In order; of several that match, one without conditions wins, then the first.</param>
    /// <returns>Instructions as the kernel takes them (struct sock_filter).</returns>
    /// <exception cref="DavitException">The program is too long for the kernel.</exception>
    public static byte[] Compile(IReadOnlyCollection<SeccompArchitecture> architectures, uint defaultAction, IReadOnlyList<SeccompRule> rules)
    {
        var code = new List<BpfInstruction> { BpfInstruction.LoadWord(4) };
        var with64 = architectures.Count == 0 || architectures.Contains(SeccompArchitecture.X64);
        var x64 = with64 ? Section(SyscallTable.X64, 0, defaultAction, rules) : [BpfInstruction.Return(SeccompReturn.KillThread)];
        var x32 = architectures.Contains(SeccompArchitecture.X32)
            ? Section(SyscallTable.X32, X32Bit, defaultAction, rules)
            : [BpfInstruction.Return(SeccompReturn.KillThread)];
        var x86 = architectures.Contains(SeccompArchitecture.X86)
            ? Section(SyscallTable.X86, 0, defaultAction, rules)
            : [BpfInstruction.Return(SeccompReturn.KillThread)];

        var wide = new List<BpfInstruction> { BpfInstruction.LoadWord(0) };
        Branch(wide, BpfInstruction.JumpIfGreaterOrEqual, X32Bit, x32, x64);
        var narrow = new List<BpfInstruction> { BpfInstruction.LoadWord(0) };
        narrow.AddRange(x86);
        var other = new List<BpfInstruction>();
        Branch(other, BpfInstruction.JumpIfEqual, AuditX86, narrow, [BpfInstruction.Return(SeccompReturn.KillThread)]);
        Branch(code, BpfInstruction.JumpIfEqual, AuditX86X64, wide, other);
        return code.Count <= MaximumInstructions
            ? MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(code)).ToArray()
            : throw new DavitException(ErrorKind.InvalidArgument, $"seccomp profile compiles to {code.Count} instructions, the kernel takes {MaximumInstructions}");
    }

    private readonly record struct Outcome(uint Action, IReadOnlyList<SeccompRule> Conditional)
    {
        internal bool Same(Outcome other) => Action == other.Action && Conditional.Count == 0 && other.Conditional.Count == 0;
    }

    private static List<BpfInstruction> Section(FrozenDictionary<string, int> table, uint bit, uint defaultAction, IReadOnlyList<SeccompRule> rules)
    {
        var calls = new SortedDictionary<uint, (uint? Always, List<SeccompRule> Conditional)>();
        uint highest = 0;
        foreach (var rule in rules)
        {
            foreach (var name in rule.Names)
            {
                if (!table.TryGetValue(name, out var number)) continue;
                var key = (uint)number | bit;
                highest = Math.Max(highest, key);
                var (always, conditional) = calls.TryGetValue(key, out var known) ? known : (null, []);
                if (rule.Conditions.Count == 0) always ??= rule.Action;
                else if (rule.Action != defaultAction) conditional.Add(rule);
                calls[key] = (always, conditional);
            }
        }

        // ranges [start, next start) with one outcome each
        var ranges = new List<(uint Start, Outcome Outcome)> { (0, new(defaultAction, [])) };
        foreach (var (number, (always, conditional)) in calls)
        {
            Append(ranges, number, always is { } action ? new(action, []) : new(defaultAction, conditional));
            Append(ranges, number + 1, new(defaultAction, []));
        }

        // a call newer than the profile: programs fall back on ENOSYS, and break on anything else
        if ((defaultAction & 0xffff0000) == SeccompReturn.Errno) Append(ranges, highest + 1, new(SeccompReturn.Errno | NoSuchCall, []));
        return Tree(ranges, 0, ranges.Count, defaultAction);
    }

    private static void Append(List<(uint Start, Outcome Outcome)> ranges, uint start, Outcome outcome)
    {
        if (ranges[^1].Start == start) ranges.RemoveAt(ranges.Count - 1);
        if (ranges.Count == 0 || !ranges[^1].Outcome.Same(outcome)) ranges.Add((start, outcome));
    }

    private static List<BpfInstruction> Tree(List<(uint Start, Outcome Outcome)> ranges, int from, int to, uint defaultAction)
    {
        if (to - from == 1) return Leaf(ranges[from].Outcome, defaultAction);
        var middle = (from + to) / 2;
        var code = new List<BpfInstruction>();
        Branch(code, BpfInstruction.JumpIfGreaterOrEqual, ranges[middle].Start, Tree(ranges, middle, to, defaultAction), Tree(ranges, from, middle, defaultAction));
        return code;
    }

    /// <summary>Adds a test whose outcomes are two pieces of code that never fall through.</summary>
    private static void Branch(List<BpfInstruction> code, ushort test, uint value, List<BpfInstruction> yes, List<BpfInstruction> no)
    {
        if (no.Count <= byte.MaxValue)
        {
            code.Add(BpfInstruction.Jump(test, value, (byte)no.Count, 0));
        }
        else
        {
            code.Add(BpfInstruction.Jump(test, value, 0, 1));
            code.Add(BpfInstruction.JumpAlways((uint)no.Count));
        }

        code.AddRange(no);
        code.AddRange(yes);
    }

    private static List<BpfInstruction> Leaf(Outcome outcome, uint defaultAction)
    {
        var code = new List<BpfInstruction>();
        foreach (var rule in outcome.Conditional)
        {
            var block = new SeccompConditions(rule.Conditions).Compile(rule.Action);
            code.AddRange(block);
        }

        code.Add(BpfInstruction.Return(outcome.Conditional.Count > 0 ? defaultAction : outcome.Action));
        return code;
    }
}
