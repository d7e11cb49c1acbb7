using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>Limits of controllers that no kernel at hand has: the exact files and values, on both versions.</summary>
public sealed class CgroupPlanTests
{
    private static readonly ResourcesSpec Everything = new()
    {
        Memory = new() { Limit = 100 << 20, Reservation = 50 << 20, Swap = 150 << 20 },
        Cpu = new() { Shares = 1024, Quota = 50000, Period = 100000, Burst = 1000, Cpus = "0-1", Mems = "0", Idle = 1 },
        Pids = new() { Limit = 5 },
        BlockIO = new()
        {
            Weight = 500, WeightDevice = [new() { Major = 8, Minor = 0, Weight = 100 }],
            ThrottleReadBpsDevice = [new() { Major = 8, Minor = 0, Rate = 1 }], ThrottleWriteBpsDevice = [new() { Major = 8, Minor = 0, Rate = 2 }],
            ThrottleReadIOPSDevice = [new() { Major = 8, Minor = 0, Rate = 3 }], ThrottleWriteIOPSDevice = [new() { Major = 8, Minor = 0, Rate = 4 }],
        },
        HugepageLimits = [new() { PageSize = "2MB", Limit = 4 << 20 }],
        Rdma = new Dictionary<string, RdmaSpec> { ["mlx5_1"] = new() { HcaHandles = 3, HcaObjects = 10000 } },
    };

    [Fact]
    [Clause("config-linux/hugepages/fields", "config-linux/rdma/entry", "config-linux/network/fields", "config-linux/block-io/device", "config-linux/memory/kernel", OnPlan = true)]
    public void Version_1_gets_every_limit_in_the_order_that_the_kernel_takes()
    {
        var resources = Everything with
        {
            Memory = Everything.Memory! with { Swappiness = 40, DisableOOMKiller = true, Kernel = 1 << 20, KernelTCP = 2 << 20 },
            Cpu = Everything.Cpu! with { RealtimePeriod = 1000000, RealtimeRuntime = 950000 },
            BlockIO = Everything.BlockIO! with { LeafWeight = 200 },
            Network = new() { ClassID = 0x100001, Priorities = [new() { Name = "eth0", Priority = 500 }] },
        };
        Assert.Equal(
            [
                "cpu.shares 1024", "cpu.cfs_period_us 100000", "cpu.cfs_quota_us 50000", "cpu.cfs_burst_us 1000", "cpu.rt_period_us 1000000", "cpu.rt_runtime_us 950000", "cpu.idle 1",
                "cpuset.cpus 0-1", "cpuset.mems 0",
                "memory.limit_in_bytes 104857600", "memory.memsw.limit_in_bytes 157286400", "memory.soft_limit_in_bytes 52428800", "memory.kmem.limit_in_bytes 1048576", "memory.kmem.tcp.limit_in_bytes 2097152", "memory.swappiness 40", "memory.oom_control 1",
                "blkio.weight 500", "blkio.weight_device 8:0 100", "blkio.bfq.weight 500", "blkio.bfq.weight_device 8:0 100", "blkio.leaf_weight 200",
                "blkio.throttle.read_bps_device 8:0 1", "blkio.throttle.write_bps_device 8:0 2", "blkio.throttle.read_iops_device 8:0 3", "blkio.throttle.write_iops_device 8:0 4",
                "pids.max 5", "hugetlb.2MB.limit_in_bytes 4194304", "hugetlb.2MB.rsvd.limit_in_bytes 4194304", "rdma.max mlx5_1 hca_handle=3 hca_object=10000", "net_cls.classid 1048577", "net_prio.ifpriomap eth0 500",
            ],
            Plans.Writes(Plans.Version1, resources));
    }

    [Fact]
    [Clause("config-linux/unified/conversion", "config-linux/hugepages/fields", "config-linux/rdma/entry", "config-linux/unified/unknown", OnPlan = true)]
    public void Version_2_gets_what_can_be_converted_and_unified_files_last()
    {
        var resources = Everything with { Unified = new Dictionary<string, string> { ["future.thing"] = "a b", ["io.max"] = "259:0 rbps=1\n253:0 rbps=2" } };
        Assert.Equal(
            [
                "memory.max 104857600", "memory.swap.max 52428800", "memory.low 52428800", "cpu.idle 1", "cpu.weight 100", "cpu.max.burst 1000", "cpu.max 50000 100000", "cpuset.cpus 0-1", "cpuset.mems 0", "pids.max 5",
                "io.bfq.weight 500", "io.weight 4950", "io.bfq.weight 8:0 100", "io.weight 8:0 910", "io.max 8:0 rbps=1", "io.max 8:0 wbps=2", "io.max 8:0 riops=3", "io.max 8:0 wiops=4",
                "hugetlb.2MB.max 4194304", "hugetlb.2MB.rsvd.max 4194304", "rdma.max mlx5_1 hca_handle=3 hca_object=10000", "future.thing a b", "io.max 259:0 rbps=1", "io.max 253:0 rbps=2",
            ],
            Plans.Writes(Plans.Version2, resources));
    }

    [Theory]
    [InlineData("swappiness")]
    [InlineData("oom killer")]
    [InlineData("kernel")]
    [InlineData("kernel tcp")]
    [InlineData("realtime")]
    [InlineData("leaf weight")]
    [InlineData("network")]
    [InlineData("swap alone")]
    [InlineData("swap below limit")]
    [InlineData("burst above quota")]
    [InlineData("rdma empty")]
    [Clause("config-linux/unified/conversion", "config-linux/memory/kernel", "config-linux/cpu/burst", "config-linux/rdma/entry", OnPlan = true)]
    public void What_version_2_can_not_do_is_refused_by_name(string what)
    {
        var resources = what switch
        {
            "swappiness" => new ResourcesSpec { Memory = new() { Swappiness = 1 } },
            "oom killer" => new() { Memory = new() { DisableOOMKiller = true } },
            "kernel" => new() { Memory = new() { Kernel = 1 } },
            "kernel tcp" => new() { Memory = new() { KernelTCP = 1 } },
            "realtime" => new() { Cpu = new() { RealtimeRuntime = 1 } },
            "leaf weight" => new() { BlockIO = new() { LeafWeight = 10 } },
            "network" => new() { Network = new() { ClassID = 1 } },
            "swap alone" => new() { Memory = new() { Swap = 100 } },
            "swap below limit" => new() { Memory = new() { Swap = 100, Limit = 200 } },
            "burst above quota" => new() { Cpu = new() { Burst = 20, Quota = 10 } },
            _ => new() { Rdma = new Dictionary<string, RdmaSpec> { ["x"] = new() } },
        };
        Assert.Throws<DavitException>(() => Plans.Writes(Plans.Version2, resources));
    }

    [Fact]
    [Clause("config-linux/cgroup-owner/fallback", "config-linux/cgroup-owner/missing", OnPlan = true)]
    public void Owners_change_by_a_list_of_ours_where_the_kernel_has_none()
    {
        Spec Change(Spec spec) => spec with
        {
            Process = spec.Process! with { User = new() { Uid = 7 } },
            Mounts = [new() { Destination = "/sys/fs/cgroup", Source = "cgroup", Type = "cgroup", Options = ["rw"] }],
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!, new() { Type = "cgroup" }, new() { Type = "user" }],
                UidMappings = [new() { ContainerID = 0, HostID = 1000, Size = 100 }], GidMappings = [new() { ContainerID = 0, HostID = 1000, Size = 100 }],
            },
        };
        using var fallback = PlanBuilder.ForContainer(Change(Plans.Spec()), Plans.Options(Plans.Version2) with { Host = new HostFacts { Cgroups = Plans.Version2, DelegatedFiles = null } });
        Assert.Equal(["/cg/c", "/cg/c/cgroup.procs", "/cg/c/cgroup.subtree_control", "/cg/c/cgroup.threads"], Owned(fallback, 1007));
        using var listed = PlanBuilder.ForContainer(Change(Plans.Spec()), Plans.Options(Plans.Version2) with { Host = new HostFacts { Cgroups = Plans.Version2, DelegatedFiles = ["cgroup.procs", "memory.oom.group"] } });
        Assert.Equal(["/cg/c", "/cg/c/cgroup.procs", "/cg/c/memory.oom.group"], Owned(listed, 1007));

        static IEnumerable<string> Owned(Davit.Runtime.Launch.LaunchPlan plan, int uid) =>
            PlanText.Steps(plan, Davit.Runtime.Launch.SystemCall.Fchownat).Where(s => s.StartsWith("-100 /cg", StringComparison.Ordinal) && s.Contains($" {uid} -1", StringComparison.Ordinal)).Select(s => s.Split(' ')[1]);
    }
}
