using Davit.Linux.Cgroups;

namespace Davit.Linux.Tests;

public sealed class CgroupCountersTests
{
    [Fact]
    public void Unified_block_counters_are_read_by_device()
    {
        var (bytes, operations) = CgroupCounters.UnifiedBlocks("8:0 rbytes=100 wbytes=200 rios=3 wios=4 dbytes=0 dios=0\n\n254:1 rbytes=5 wbytes=0 rios=1 wios=0");
        Assert.Equal([new(8, 0, "read", 100), new(8, 0, "write", 200), new(254, 1, "read", 5), new(254, 1, "write", 0)], bytes);
        Assert.Equal(new CgroupDeviceCounter(8, 0, "write", 4), operations[1]);
    }

    [Fact]
    public void Legacy_block_counters_leave_the_total_out() =>
        Assert.Equal([new(8, 0, "read", 4096), new(8, 0, "write", 0)], CgroupCounters.LegacyLines("8:0 Read 4096\n8:0 Write 0\nTotal 4096"));

    [Fact]
    public void Missing_cgroup_counts_nothing()
    {
        var usage = CgroupCounters.Read(CgroupHierarchies.Detect(), "davit-no-such-cgroup/x");
        Assert.Equal((0, 0, 0), (usage.CpuTotal, usage.Memory, usage.Tasks));
    }
}
