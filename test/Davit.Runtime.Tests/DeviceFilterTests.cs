using Davit.Oci.Runtime;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Tests;

/// <summary>Runs compiled device filters on a small machine for the instructions that they use.</summary>
public sealed class DeviceFilterTests
{
    private const int Character = 2, Block = 1, Make = 1, Read = 2, Write = 4;
    private static readonly DeviceCgroupSpec DenyAll = new() { Allow = false, Access = "rwm" };

    [Fact]
    public void Last_rule_that_matches_decides()
    {
        DeviceCgroupSpec[] rules = [DenyAll, new() { Allow = true, Type = "c", Major = 1, Minor = 3, Access = "rwm" }, new() { Allow = true, Type = "c", Major = 10, Access = "r" }];
        var code = DeviceFilterSteps.Compile(rules);
        Assert.True(Run(code, Character, Read | Write, 1, 3));
        Assert.False(Run(code, Block, Read, 1, 3));
        Assert.False(Run(code, Character, Read, 1, 5));
        Assert.True(Run(code, Character, Read, 10, 200));
        Assert.False(Run(code, Character, Read | Write, 10, 200));
    }

    [Fact]
    public void No_code_follows_a_rule_for_everything()
    {
        var code = DeviceFilterSteps.Compile([new() { Allow = true, Type = "b", Access = "r" }, DenyAll]);
        Assert.Equal(0x95ul, code[^1] & 0xff);
        Assert.Equal(1, code.Count(c => (c & 0xff) == 0x95));
    }

    [Fact]
    public void Nodes_may_always_be_made_and_the_promised_devices_used()
    {
        var code = DeviceFilterSteps.Compile(DeviceRules.WithDefaults([DenyAll]));
        Assert.True(Run(code, Block, Make, 254, 0));
        Assert.False(Run(code, Block, Read, 254, 0));
        Assert.True(Run(code, Character, Read | Write, 1, 9));
        Assert.True(Run(code, Character, Write, 136, 7));
    }

    private static bool Run(ulong[] code, int type, int access, int major, int minor)
    {
        var registers = new uint[11];
        for (var at = 0; ; at++)
        {
            var step = code[at];
            var (operation, destination, source) = ((int)(step & 0xff), (int)(step >> 8 & 15), (int)(step >> 12 & 15));
            var (offset, immediate) = ((short)(step >> 16), (uint)(step >> 32));
            switch (operation)
            {
                case 0x61: registers[destination] = (uint)(offset == 0 ? (access << 16) | type : offset == 4 ? major : minor); break;
                case 0xbc: registers[destination] = registers[source]; break;
                case 0x54: registers[destination] &= immediate; break;
                case 0x74: registers[destination] >>= (int)immediate; break;
                case 0xb4: registers[destination] = immediate; break;
                case 0x56: at += registers[destination] != immediate ? offset : 0; break;
                case 0x5e: at += registers[destination] != registers[source] ? offset : 0; break;
                case 0x95: return registers[0] != 0;
                default: throw new InvalidOperationException($"instruction {operation:x} at {at}");
            }
        }
    }
}
