using System.Runtime.CompilerServices;

namespace Davit.Runtime.Launch;

/// <summary>
/// Runs launch programs. <see cref="Enter"/> is what a fork-like clone executes until execve: it and everything it calls use integers, raw pointers and
/// <see cref="Kernel.Call"/> alone: no allocation, no stackalloc, no managed helper, nothing that could wait for a collection.
/// <c>eng/check-child-closure.sh</c> proves it on the published executable.
/// </summary>
[SkipLocalsInit]
internal static unsafe class LaunchChild
{
    private const long ProcMagic = 0x9fa0;
    private const nint WrongDevice = 18;

    /// <summary>The child's life: its steps, the last of which is execve. On failure it reports step and error number and ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Enter(LaunchHeader* program, LaunchOp* shield, int shieldCount)
    {
        Kernel.Call(SystemCall.Close, (nint)program->Slots[Slot.ParentEnd]);
        var failed = 0;
        var errno = Run(program, shield, shieldCount, &failed);
        var exposed = errno != 0;
        if (!exposed) errno = Run(program, (LaunchOp*)((byte*)program + program->ChildOps), program->ChildCount, &failed);
        var report = (int*)program->Scratch;
        report[0] = exposed ? LaunchReport.Exposed : failed;
        report[1] = errno;
        Kernel.Call(SystemCall.Write, (nint)program->Slots[Slot.Parent], (nint)report, 8);
        if (program->StartGated > 0 && failed > program->StartGated && errno <= LaunchHeader.MostErrors)
        {
            var texts = (int*)((byte*)program + program->StartErrors);
            Kernel.Call(SystemCall.Write, 2, (nint)((byte*)program + texts[0]), texts[1]);
            Kernel.Call(SystemCall.Write, 2, (nint)((byte*)program + texts[2 * errno]), texts[(2 * errno) + 1]);
            Kernel.Call(SystemCall.ExitGroup, 255);
        }

        Kernel.Call(SystemCall.ExitGroup, 99);
    }

    /// <summary>
    /// The life of a process between the parent and a child that is to be born in a user namespace of others: it goes there, clones the child as a child of its
    /// own parent, and tells its number. A process can't come back from a user namespace, so the parent doesn't go itself.
    /// </summary>
    /// <param name="program">Program of the child.</param>
    /// <param name="shield">Steps of the child before those.</param>
    /// <param name="shieldCount">How many.</param>
    /// <param name="arguments">Arguments of clone3, with CLONE_PARENT.</param>
    /// <param name="size">Their size.</param>
    /// <param name="report">Takes the child's number, or an error number below zero.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Through(LaunchHeader* program, LaunchOp* shield, int shieldCount, nint arguments, int size, int report)
    {
        const int NewUser = 0x10000000, NewPid = 0x20000000;
        nint result = 0;
        if (program->Through != 0) result = Kernel.Call(SystemCall.Setns, (nint)program->Slots[Slot.ContainerPidFd], (nint)program->Through);
        else if (program->PidNamespacePath != 0) result = Join(program, program->PidNamespacePath, NewPid);
        if (result >= 0 && program->UserNamespacePath != 0) result = Join(program, program->UserNamespacePath, NewUser);
        if (result >= 0) result = Kernel.Call(SystemCall.Setresgid, 0, 0, 0);
        if (result >= 0) result = Kernel.Call(SystemCall.Setresuid, 0, 0, 0);
        if (result >= 0) result = Kernel.Call(SystemCall.Clone3, arguments, size);
        if (result == 0) Enter(program, shield, shieldCount);
        var word = (int*)program->Scratch;
        word[0] = result < 0 ? -Kernel.Errno : (int)result;
        Kernel.Call(SystemCall.Write, report, (nint)word, 4);
        Kernel.Call(SystemCall.ExitGroup, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Join(LaunchHeader* program, int path, int kind)
    {
        var fd = Kernel.Call(SystemCall.Open, (nint)((byte*)program + path), 0x80000);
        return fd < 0 ? -1 : Kernel.Call(SystemCall.Setns, fd, kind);
    }

    /// <summary>The life of a process that only keeps a namespace there: it ends when the parent closes the pipe or dies.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Hold(int readEnd, int writeEnd)
    {
        var word = 0;
        Kernel.Call(SystemCall.Close, writeEnd);
        Kernel.Call(SystemCall.Read, readEnd, (nint)(&word), 1);
        Kernel.Call(SystemCall.ExitGroup, 0);
    }

    /// <summary>Runs steps in order.</summary>
    /// <returns>0, or the error number of the step whose index is in <paramref name="failed"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int Run(LaunchHeader* program, LaunchOp* ops, int count, int* failed)
    {
        for (var i = 0; i < count; i++)
        {
            var op = ops + i;
            var result = op->Code >= 0 ? System(program, op) : Special(program, op);
            if (result >= 0)
            {
                if (op->ResultSlot >= 0) program->Slots[op->ResultSlot] = result;
                i += op->SkipOnSuccess;
                continue;
            }

            var errno = (int)-result;
            if (errno == op->Tolerated0 || errno == op->Tolerated1 || errno == op->Tolerated2)
            {
                i += op->SkipOnError;
                continue;
            }

            *failed = i;
            return errno;
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint System(LaunchHeader* program, LaunchOp* op)
    {
        var result = Kernel.Call(
            op->Code, Argument(program, op, 0), Argument(program, op, 1), Argument(program, op, 2), Argument(program, op, 3), Argument(program, op, 4), Argument(program, op, 5));
        return result < 0 ? -Kernel.Errno : result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Argument(LaunchHeader* program, LaunchOp* op, int index)
    {
        var value = op->Arguments[index];
        var kind = (op->Kinds >> (4 * index)) & 15;
        if (kind == (int)ArgumentKind.Literal) return (nint)value;
        if (kind == (int)ArgumentKind.Data) return (nint)((byte*)program + value);
        if (kind == (int)ArgumentKind.Slot) return (nint)program->Slots[(int)value];
        if (kind == (int)ArgumentKind.SlotPath) return DescriptorPath(program, (int)program->Slots[(int)value]);
        return (nint)program->Scratch;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint DescriptorPath(LaunchHeader* program, int fd)
    {
        var at = program->PathBuffer;
        at[0] = (byte)'/';
        at[1] = (byte)'p';
        at[2] = (byte)'r';
        at[3] = (byte)'o';
        at[4] = (byte)'c';
        at[5] = (byte)'/';
        at[6] = (byte)'s';
        at[7] = (byte)'e';
        at[8] = (byte)'l';
        at[9] = (byte)'f';
        at[10] = (byte)'/';
        at[11] = (byte)'f';
        at[12] = (byte)'d';
        at[13] = (byte)'/';
        var digits = 1;
        for (var rest = fd; rest >= 10; rest /= 10) digits++;
        at[14 + digits] = 0;
        for (var rest = fd; digits > 0; rest /= 10) at[13 + digits--] = (byte)('0' + (rest % 10));
        return (nint)at;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Special(LaunchHeader* program, LaunchOp* op)
    {
        if (op->Code == SystemCall.ResetSignals) return ResetSignals(program);
        if (op->Code == SystemCall.StoreSlot)
        {
            *(int*)((byte*)program + op->Arguments[1]) = (int)program->Slots[(int)op->Arguments[0]];
            return 0;
        }

        if (op->Code == SystemCall.Gate)
        {
            Wait(program, (nint)program->Slots[(int)op->Arguments[0]]);
            return 0;
        }

        if (op->Code == SystemCall.CheckDirectory)
        {
            if (Kernel.Call(SystemCall.Getcwd, (nint)program->Scratch, 4096) < 0) return -Kernel.Errno;
            return program->Scratch[0] == (byte)'/' ? 0 : -2;
        }

        if (op->Code == SystemCall.CheckProc)
        {
            // the first word of struct statfs is the file system's number
            if (Kernel.Call(SystemCall.Fstatfs, (nint)program->Slots[(int)op->Arguments[0]], (nint)program->Scratch) < 0) return -Kernel.Errno;
            return *(long*)program->Scratch == ProcMagic ? 0 : -WrongDevice;
        }

        if (op->Code == SystemCall.CloseDescriptors) return CloseDescriptors((nint)program->Slots[Slot.Parent], (nint)op->Arguments[0]);
        if (op->Code == SystemCall.OwnStreams) return OwnStreams(program, (nint)op->Arguments[0]);
        if (op->Code == SystemCall.CheckParent) return CheckParent(program);
        if (op->Code == SystemCall.CheckDevice) return CheckDevice(program, op);
        if (op->Code == SystemCall.HandOver) return HandOver(program, op);
        return op->Code == SystemCall.CopyFile ? CopyFile(program, op) : -(nint)op->Arguments[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ResetSignals(LaunchHeader* program)
    {
        var action = (long*)program->Scratch;
        action[0] = 0;
        action[1] = 0;
        action[2] = 0;
        action[3] = 0;
        for (var signal = 1; signal <= 64; signal++)
        {
            if (signal is not (9 or 19)) Kernel.Call(SystemCall.RtSigaction, signal, (nint)action, 0, 8);
        }

        return 0;
    }

    /// <summary>Pipes, sockets and terminals among the streams go to the process's user, who may then open them again (/dev/stdout). The null device never does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint OwnStreams(LaunchHeader* program, nint uid)
    {
        for (var fd = 0; fd < 3; fd++)
        {
            if (Kernel.Call(SystemCall.Fstat, fd, (nint)program->Scratch) < 0) continue;

            // struct stat: the mode lies at 24, the device number that a node stands for at 40
            var type = *(int*)(program->Scratch + 24) & 0xf000;
            var major = (int)(*(long*)(program->Scratch + 40) >> 8);
            var terminal = type == 0x2000 && major >= 136 && major <= 143;
            if (type == 0x1000 || type == 0xc000 || terminal) Kernel.Call(SystemCall.Fchown, fd, uid, -1);
        }

        return 0;
    }

    /// <summary>Close-on-exec would not do: until the execution, its path and the interpreters that it names could lead through open directories (/proc/self/fd/N/...).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint CloseDescriptors(nint kept, nint from)
    {
        if (kept > from && Kernel.Call(SystemCall.CloseRange, from, kept - 1, 0) < 0) return -Kernel.Errno;
        if (kept >= from) from = kept + 1;
        return Kernel.Call(SystemCall.CloseRange, from, -1, 0) < 0 ? -Kernel.Errno : 0;
    }

    /// <summary>The parent holds the only other end of the socket: a hang-up on ours means that it died before the death signal was set.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint CheckParent(LaunchHeader* program)
    {
        var poll = (int*)program->Scratch;
        poll[0] = (int)program->Slots[Slot.Parent];
        poll[1] = 0;
        if (Kernel.Call(SystemCall.Poll, (nint)poll, 1, 0) > 0 && (poll[1] >> 16 & 0x18) != 0) Kernel.Call(SystemCall.ExitGroup, 97);
        return 0;
    }

    /// <summary>The end of the file means that whoever should let this process go on is gone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(LaunchHeader* program, nint descriptor)
    {
        if (Kernel.Call(SystemCall.Read, descriptor, (nint)program->Scratch, 1) != 1) Kernel.Call(SystemCall.ExitGroup, 97);
    }

    /// <summary>Sends a report with a descriptor. The parent may have no right to look into this process for it: an ordinary user's, in a user namespace.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint HandOver(LaunchHeader* program, LaunchOp* op)
    {
        // in the scratch: the report at 0, struct iovec at 16, struct cmsghdr with the descriptor at 32, struct msghdr at 64
        var at = program->Scratch;
        ((int*)at)[0] = (int)op->Arguments[0];
        ((int*)at)[1] = 0;
        ((nint*)at)[2] = (nint)at;
        ((nint*)at)[3] = 8;
        ((nint*)at)[4] = 20;
        ((int*)at)[10] = 1;
        ((int*)at)[11] = 1;
        ((nint*)at)[6] = (nint)program->Slots[(int)op->Arguments[1]];
        ((nint*)at)[8] = 0;
        ((nint*)at)[9] = 0;
        ((nint*)at)[10] = (nint)(at + 16);
        ((nint*)at)[11] = 1;
        ((nint*)at)[12] = (nint)(at + 32);
        ((nint*)at)[13] = 24;
        ((nint*)at)[14] = 0;
        return Kernel.Call(SystemCall.Sendmsg, (nint)program->Slots[Slot.Parent], (nint)(at + 64), 0x4000) < 0 ? -Kernel.Errno : 0;
    }

    /// <summary>Struct stat: the mode lies at 24, the device number that a node stands for at 40.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint CheckDevice(LaunchHeader* program, LaunchOp* op)
    {
        if (Kernel.Call(SystemCall.Fstat, (nint)program->Slots[(int)op->Arguments[0]], (nint)program->Scratch) < 0) return -Kernel.Errno;
        var isSame = (*(int*)(program->Scratch + 24) & 0xf000) == (int)op->Arguments[1] && *(long*)(program->Scratch + 40) == op->Arguments[2];
        return isSame ? 0 : -17;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint CopyFile(LaunchHeader* program, LaunchOp* op)
    {
        var from = Kernel.Call(SystemCall.Open, (nint)((byte*)program + op->Arguments[0]), 0x80000);
        if (from < 0) return -Kernel.Errno;
        var length = Kernel.Call(SystemCall.Read, from, (nint)program->Scratch, 4096);
        Kernel.Call(SystemCall.Close, from);
        if (length < 0) return -5;
        var to = Kernel.Call(SystemCall.Open, (nint)((byte*)program + op->Arguments[1]), 0x80002);
        if (to < 0) return -Kernel.Errno;

        // what is empty reads as a line without text
        if (Kernel.Call(SystemCall.Read, to, (nint)(program->Scratch + 4092), 2) > 1)
        {
            Kernel.Call(SystemCall.Close, to);
            return 0;
        }

        var written = Kernel.Call(SystemCall.Write, to, (nint)program->Scratch, length);
        var errno = written < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.Close, to);
        return -errno;
    }
}
