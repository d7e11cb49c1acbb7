using System.Runtime.InteropServices;
using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Device rules as a BPF program of type CGROUP_DEVICE, loaded and attached by the parent (the kernel's cgroup-v2.rst, "Device controller").</summary>
internal static class DeviceFilterSteps
{
    private const int ProgLoad = 5;
    private const int ProgAttach = 8;

    internal static void Attach(ProgramWriter writer, string directory, IReadOnlyList<DeviceCgroupSpec> rules)
    {
        var code = Compile(DeviceRules.WithDefaults(rules));
        var program = writer.Bytes(MemoryMarshal.AsBytes<ulong>(code));
        var licence = (int)writer.String("Apache").Value;

        // union bpf_attr for BPF_PROG_LOAD: prog_type (15), insn_cnt, insns, license, log_level, log_size, log_buf, kern_version
        var load = writer.Bytes(MemoryMarshal.AsBytes<long>([15L | ((long)code.Length << 32), program, licence, 0, 0, 0]));
        writer.Relocate(load + 8);
        writer.Relocate(load + 16);
        writer.Add($"load the device filter of {directory}", SystemCall.Bpf, ProgLoad, Argument.Data(load), 48);
        writer.Last(result: Slot.BpfProgram);
        writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory), RootSteps.ODirectory | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Scratch);

        // BPF_PROG_ATTACH: target_fd, attach_bpf_fd, attach_type (6, BPF_CGROUP_DEVICE), attach_flags (2, BPF_F_ALLOW_MULTI)
        var attach = writer.Bytes(MemoryMarshal.AsBytes<int>([0, 0, 6, 2]));
        writer.Add("", SystemCall.StoreSlot, Slot.Scratch, attach);
        writer.Add("", SystemCall.StoreSlot, Slot.BpfProgram, attach + 4);
        writer.Add($"attach the device filter of {directory}", SystemCall.Bpf, ProgAttach, Argument.Data(attach), 16);
        writer.Add("", SystemCall.Close, Argument.Slot(Slot.Scratch));
    }

    /// <summary>
    /// The last rule that matches decides, so rules are tried from the end. The context has type and access in its first word
    /// (type in the low 16 bits: 1 block, 2 character; access above: 1 mknod, 2 read, 4 write), then major and minor.
    /// </summary>
    internal static ulong[] Compile(IReadOnlyList<DeviceCgroupSpec> rules)
    {
        var code = new List<ulong>
        {
            Instruction(0x61, 2, 1, 0, 0),            // r2 = ctx->access_type
            Instruction(0xbc, 3, 2, 0, 0),            // w3 = w2
            Instruction(0x54, 2, 0, 0, 0xffff),       // w2 &= 0xffff: type
            Instruction(0x74, 3, 0, 0, 16),           // w3 >>= 16: access
            Instruction(0x61, 4, 1, 4, 0),            // r4 = major
            Instruction(0x61, 5, 1, 8, 0),            // r5 = minor
        };
        foreach (var rule in rules.Reverse())
        {
            var access = (rule.Access ?? "rwm").Aggregate(0, (a, c) => a | c switch { 'r' => 2, 'w' => 4, 'm' => 1, _ => 0 });
            var checks = new List<ulong>();
            var type = rule.Type switch { "c" or "u" => 2, "b" => 1, _ => 0 };
            if (type != 0) checks.Add(Instruction(0x56, 2, 0, 0, type));                     // if w2 != type goto next
            if (access is not (0 or 7))
            {
                checks.Add(Instruction(0xbc, 1, 3, 0, 0));                                   // w1 = w3
                checks.Add(Instruction(0x54, 1, 0, 0, access));                              // w1 &= access
                checks.Add(Instruction(0x5e, 1, 3, 0, 0));                                   // if w1 != w3 goto next: more was asked than the rule covers
            }

            if (rule.Major is { } major and >= 0) checks.Add(Instruction(0x56, 4, 0, 0, (int)major));
            if (rule.Minor is { } minor and >= 0) checks.Add(Instruction(0x56, 5, 0, 0, (int)minor));
            for (var i = 0; i < checks.Count; i++)
            {
                var isJump = (checks[i] & 7) == 6 && (checks[i] & 0xf0) == 0x50;
                code.Add(isJump ? checks[i] | ((ulong)(ushort)(checks.Count - i + 1) << 16) : checks[i]);
            }

            code.Add(Instruction(0xb4, 0, 0, 0, rule.Allow ? 1 : 0));
            code.Add(Instruction(0x95, 0, 0, 0, 0));

            // a rule for everything decides; what came after it could never run, and the kernel's verifier refuses such code
            if (checks.Count == 0) return [.. code];
        }

        code.Add(Instruction(0xb4, 0, 0, 0, 0));
        code.Add(Instruction(0x95, 0, 0, 0, 0));
        return [.. code];
    }

    private static ulong Instruction(byte operation, int destination, int source, short offset, int immediate) =>
        operation | ((ulong)destination << 8) | ((ulong)source << 12) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32);
}
