using System.Runtime.InteropServices;
using Davit.Linux.Seccomp;

namespace Davit.Linux.Tests;

/// <summary>Runs compiled programs on a small machine for classic BPF: every jump and comparison is followed as the kernel would.</summary>
public sealed class SeccompCompilerTests
{
    private const uint X64 = 0xc000003e, X86 = 0x40000003, Allow = SeccompReturn.Allow, Refuse = SeccompReturn.Errno | 1, NoSuchCall = SeccompReturn.Errno | 38;

    [Fact]
    public void Call_with_a_rule_gets_its_action_and_any_other_the_default()
    {
        var program = Compile([new(["read", "write", "openat"], Allow, [])]);
        Assert.Equal(Allow, Run(program, X64, 0));
        Assert.Equal(Allow, Run(program, X64, 1));
        Assert.Equal(Refuse, Run(program, X64, 2));
        Assert.Equal(Allow, Run(program, X64, 257));
        Assert.Equal(NoSuchCall, Run(program, X64, 258));
    }

    [Fact]
    public void Every_call_of_a_long_list_is_decided_as_the_list_says()
    {
        var names = SyscallTable.X64.Where((_, i) => i % 3 != 0).Select(p => p.Key).ToList();
        var program = Compile([new(names, Allow, [])]);
        var allowed = names.Select(n => SyscallTable.X64[n]).ToHashSet();
        for (var number = 0; number <= allowed.Max(); number++) Assert.Equal(allowed.Contains(number) ? Allow : Refuse, Run(program, X64, (uint)number));
    }

    [Theory]
    [InlineData(SeccompComparison.Equal, 5ul, true)]
    [InlineData(SeccompComparison.Equal, 0x100000005ul, false)]
    [InlineData(SeccompComparison.NotEqual, 5ul, false)]
    [InlineData(SeccompComparison.NotEqual, 0x100000005ul, true)]
    [InlineData(SeccompComparison.NotEqual, 6ul, true)]
    [InlineData(SeccompComparison.Greater, 5ul, false)]
    [InlineData(SeccompComparison.Greater, 6ul, true)]
    [InlineData(SeccompComparison.Greater, 0x100000000ul, true)]
    [InlineData(SeccompComparison.GreaterOrEqual, 5ul, true)]
    [InlineData(SeccompComparison.GreaterOrEqual, 4ul, false)]
    [InlineData(SeccompComparison.Less, 4ul, true)]
    [InlineData(SeccompComparison.Less, 5ul, false)]
    [InlineData(SeccompComparison.Less, 0x100000004ul, false)]
    [InlineData(SeccompComparison.LessOrEqual, 5ul, true)]
    [InlineData(SeccompComparison.LessOrEqual, 6ul, false)]
    public void Condition_compares_all_64_bits(SeccompComparison comparison, ulong argument, bool holds)
    {
        var program = Compile([new(["read"], Allow, [new(0, comparison, 5)])]);
        Assert.Equal(holds ? Allow : Refuse, Run(program, X64, 0, argument));
    }

    [Fact]
    public void Masked_condition_looks_at_the_mask_alone()
    {
        var program = Compile([new(["clone"], Allow, [new(0, SeccompComparison.MaskedEqual, 0x7e020000)])]);
        Assert.Equal(Allow, Run(program, X64, 56, 0x1200011));
        Assert.Equal(Refuse, Run(program, X64, 56, 0x20000011));
    }

    [Fact]
    public void Several_conditions_must_all_hold_and_several_rules_need_one()
    {
        var program = Compile([new(["read"], Allow, [new(0, SeccompComparison.Equal, 1), new(1, SeccompComparison.Equal, 2)]), new(["read"], Allow, [new(2, SeccompComparison.Equal, 3)])]);
        Assert.Equal(Allow, Run(program, X64, 0, 1, 2));
        Assert.Equal(Refuse, Run(program, X64, 0, 1, 3));
        Assert.Equal(Allow, Run(program, X64, 0, 9, 9, 3));
    }

    [Fact]
    public void Architectures_have_their_own_numbers_and_strangers_are_killed()
    {
        var program = Compile([new(["read"], Allow, [])], SeccompArchitecture.X64, SeccompArchitecture.X86, SeccompArchitecture.X32);
        Assert.Equal(Allow, Run(program, X86, 3));
        Assert.Equal(Refuse, Run(program, X86, 0));
        Assert.Equal(Allow, Run(program, X64, 0x40000000));
        Assert.Equal(SeccompReturn.KillThread, Run(program, 0xc00000b7, 63));
        var only = Compile([new(["read"], Allow, [])], SeccompArchitecture.X64);
        Assert.Equal(SeccompReturn.KillThread, Run(only, X86, 3));
        Assert.Equal(SeccompReturn.KillThread, Run(only, X64, 0x40000000));
    }

    [Fact]
    public void Newer_call_than_the_profile_knows_does_not_exist_unless_the_default_allows()
    {
        Assert.Equal(NoSuchCall, Run(Compile([new(["read"], Allow, [])]), X64, 5000));
        Assert.Equal(Allow, Run(SeccompCompiler.Compile([], Allow, [new(["read"], Refuse, [])]), X64, 5000));
    }

    private static byte[] Compile(IReadOnlyList<SeccompRule> rules, params SeccompArchitecture[] architectures) => SeccompCompiler.Compile(architectures, Refuse, rules);

    private static uint Run(byte[] program, uint architecture, uint number, params ReadOnlySpan<ulong> arguments)
    {
        var code = MemoryMarshal.Cast<byte, BpfInstruction>(program);
        var data = new byte[64];
        MemoryMarshal.Write(data, number);
        MemoryMarshal.Write(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++) MemoryMarshal.Write(data.AsSpan(16 + (i * 8)), arguments[i]);
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var step = code[at];
            switch (step.Code)
            {
                case 0x20: accumulator = MemoryMarshal.Read<uint>(data.AsSpan((int)step.Value)); break;
                case 0x54: accumulator &= step.Value; break;
                case 0x05: at += (int)step.Value; break;
                case 0x15: at += accumulator == step.Value ? step.True : step.False; break;
                case 0x25: at += accumulator > step.Value ? step.True : step.False; break;
                case 0x35: at += accumulator >= step.Value ? step.True : step.False; break;
                case 0x06: return step.Value;
                default: throw new InvalidOperationException($"instruction {step.Code:x} at {at}");
            }
        }
    }
}
