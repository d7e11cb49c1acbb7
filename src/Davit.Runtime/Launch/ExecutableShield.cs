using System.Globalization;
using System.Runtime.InteropServices;
using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>
/// The first steps of a child that lets go of the runtime's executable file: what it has mapped from it is mapped again through a mount that nobody can
/// write, or copied, and then the kernel is told to take that for its executable (PR_SET_MM_MAP, prctl(2); replace_mm_exe_file refuses as long as the old file
/// is mapped). A tenth of a millisecond, where starting again from a sealed copy would cost the runtime's whole start.
/// </summary>
internal unsafe struct ExecutableShield
{
    /// <summary>Size of struct prctl_mm_map.</summary>
    internal const int MapLength = 104;

    private const int MapPrivate = 2, MapFixed = 16, MapAnonymous = 32, Write = 2;
    private const int ProgramHeaders = 3, ProgramHeaderCount = 5, Load = 1, Table = 6, Execute = 4, Closed = 0x6474e552;
    private const long PageMask = -4096;
    private const int MoveFixed = 3, PrSetMm = 35, SetMap = 14, MostRegions = 16, MostSteps = 512;
    private const int PageSize = 4096;
    private const long Present = long.MinValue, Swapped = 1L << 62, OfFile = 1L << 61;

    private LaunchOp* _steps;
    private fixed long _copies[2 * MostRegions];
    private int _copyCount;
    private int _file;

    /// <summary>The steps; they hold addresses of this process.</summary>
    internal readonly LaunchOp* Steps => _steps;

    /// <summary>How many steps.</summary>
    internal int Count { get; private set; }

    /// <summary>Prepares; none are needed where nobody can write the file.</summary>
    internal static ExecutableShield Make()
    {
        if (!OwnExecutable.IsDetachable) return default;
        var shield = new ExecutableShield { _file = OwnExecutable.OpenApart() };

        // the map that the kernel is given lies behind the steps
        shield._steps = (LaunchOp*)NativeMemory.AllocZeroed((nuint)((sizeof(LaunchOp) * (MostSteps + 1)) + MapLength));
        try
        {
            var headers = Headers(out var count);
            shield.AddSegments(headers, count);
            var map = shield.Layout();
            shield.Step(SystemCall.Prctl, PrSetMm, SetMap, (nint)map, MapLength, 0, 0);
            return shield;
        }
        catch
        {
            shield.Release();
            throw;
        }
    }

    /// <summary>Gives back what the parent holds.</summary>
    internal void Release()
    {
        if (_steps is null) return;
        NativeMemory.Free(_steps);
        _steps = null;
        Kernel.Call(SystemCall.Close, _file);
        for (var i = 0; i < _copyCount; i++) Kernel.Call(SystemCall.Munmap, (nint)_copies[2 * i], (nint)_copies[(2 * i) + 1]);
    }

    /// <summary>Program headers of the running program (elf(5)): 56 bytes each.</summary>
    private static byte* Headers(out int count)
    {
        byte* headers = null;
        count = 0;
        var words = stackalloc long[2 * 64];
        var length = Read("/proc/self/auxv\0"u8, (byte*)words, 2 * 64 * sizeof(long));
        for (var i = 0; i + 1 < length / sizeof(long); i += 2)
        {
            if (words[i] == ProgramHeaders) headers = (byte*)words[i + 1];
            if (words[i] == ProgramHeaderCount) count = (int)words[i + 1];
        }

        return headers is not null && count > 0 ? headers : throw new LinuxException(Errno.ENOENT, "getauxval");
    }

    /// <summary>What was loaded of the file: constants and code are mapped anew; what the loader or this program has changed is copied, the part that is closed after loading by itself.</summary>
    private void AddSegments(byte* headers, int count)
    {
        // SAFETY: the kernel gives the table's address and length. Its own entry tells where it would lie without the loader's offset; a program that is loaded
        // at the addresses in its file has no such entry.
        var end = headers + (56 * count);
        long origin = 0;
        for (var at = headers; at < end; at += 56)
        {
            if (*(int*)at == Table) origin = (long)headers - *(long*)(at + 16);
        }

        long closedFrom = 0, closedTo = 0;
        for (var at = headers; at < end; at += 56)
        {
            if (*(int*)at != Closed) continue;
            closedFrom = (origin + *(long*)(at + 16)) & PageMask;
            closedTo = (origin + *(long*)(at + 16) + *(long*)(at + 40)) & PageMask;
        }

        for (var at = headers; at < end; at += 56)
        {
            if (*(int*)at != Load) continue;
            if (_copyCount > MostRegions - 3) throw new LinuxException(Errno.E2BIG, "mmap");
            var flags = *(int*)(at + 4);
            var from = (origin + *(long*)(at + 16)) & PageMask;
            var offset = *(long*)(at + 8) & PageMask;

            // what lies behind the file's part is memory without a file already
            var to = (origin + *(long*)(at + 16) + *(long*)(at + 32) + 4095) & PageMask;
            if ((flags & Write) == 0)
            {
                Step(SystemCall.Mmap, (nint)from, (nint)(to - from), Protection(from, to, 1 | ((flags & 1) << 2)), MapPrivate | MapFixed, _file, (nint)offset);
                continue;
            }

            if (closedFrom >= from && closedTo > closedFrom && closedTo <= to)
            {
                Replace(from, closedFrom, 1 | Write, offset);
                Replace(closedFrom, closedTo, 1, offset + closedFrom - from);
                offset += closedTo - from;
                from = closedTo;
            }

            Replace(from, to, 1 | Write, offset);
        }
    }

    /// <summary>The instructions that make system calls lie among constants.</summary>
    private static int Protection(long from, long to, int protection)
    {
        var (start, length) = Kernel.CodeRange;
        return start < to && start + length > from ? protection | Execute : protection;
    }

    /// <summary>Pages that nobody has changed are mapped anew as they are in the file, runs of others are copied: a start changes few of them.</summary>
    private void Replace(long from, long to, int protection, long offset)
    {
        if (to <= from) return;
        var pages = (int)((to - from) / PageSize);
        protection = Protection(from, to, protection);
        var entries = (long*)NativeMemory.Alloc((nuint)pages, sizeof(long));
        try
        {
            var known = Pages(from, entries, pages);
            var copy = known ? Copies(from, entries, pages, protection) : Copies(from, null, pages, protection);
            for (int first = 0, end; first < pages; first = end)
            {
                var changed = !known || IsChanged(entries[first]);
                for (end = first + 1; end < pages && (!known || IsChanged(entries[end]) == changed); end++)
                {
                }

                if (Count >= MostSteps) throw new LinuxException(Errno.E2BIG, "mmap");
                var (start, length) = ((nint)(from + ((long)first * PageSize)), (nint)((end - first) * PageSize));
                if (!changed)
                {
                    Step(SystemCall.Mmap, start, length, protection, MapPrivate | MapFixed, _file, (nint)(offset + ((long)first * PageSize)));
                    continue;
                }

                Step(SystemCall.Mremap, copy, length, length, MoveFixed, start, 0);
                copy += length;
            }
        }
        finally
        {
            NativeMemory.Free(entries);
        }
    }

    /// <summary>Reads what the kernel knows of pages (proc_pid_pagemap(5)); a run of unchanged ones that is short counts as changed, which saves steps.</summary>
    private static bool Pages(long from, long* entries, int pages)
    {
        const int Short = 4;
        nint file;
        fixed (byte* path = "/proc/self/pagemap\0"u8) file = Kernel.Call(SystemCall.Open, (nint)path, 0x80000);
        if (file < 0) return false;
        var got = Kernel.Call(SystemCall.Pread64, file, (nint)entries, pages * sizeof(long), (nint)(from / PageSize * sizeof(long)));
        Kernel.Call(SystemCall.Close, file);
        if (got != pages * sizeof(long)) return false;
        for (int i = 0, run = 0; i < pages; i++)
        {
            if (!IsChanged(entries[i]))
            {
                run++;
                continue;
            }

            for (; run > 0; run--)
            {
                if (run >= Short) break;
                entries[i - run] = Present;
            }

            run = 0;
        }

        return true;
    }

    /// <summary>A page with memory of its own: present or swapped out, and not the file's.</summary>
    private static bool IsChanged(long entry) => (entry & (Present | Swapped)) != 0 && (entry & OfFile) == 0;

    /// <summary>Copies of the changed pages, one behind the other; of all where nothing is known.</summary>
    private nint Copies(long from, long* entries, int pages, int protection)
    {
        nint length = 0;
        for (var i = 0; i < pages; i++) length += entries is null || IsChanged(entries[i]) ? PageSize : 0;
        if (length == 0) return 0;
        var copies = Kernel.Call(SystemCall.Mmap, 0, length, 3, MapPrivate | MapAnonymous, -1, 0);
        if (copies == -1) throw new LinuxException((Errno)Kernel.Errno, "mmap");
        _copies[2 * _copyCount] = copies;
        _copies[(2 * _copyCount) + 1] = length;
        _copyCount++;
        var at = (byte*)copies;
        for (var i = 0; i < pages; i++)
        {
            if (entries is not null && !IsChanged(entries[i])) continue;

            // SAFETY: the copies have room for as many pages as were counted, and the source is readable: data and relocated constants always are.
            Buffer.MemoryCopy((byte*)from + ((long)i * PageSize), at, PageSize, PageSize);
            at += PageSize;
        }

        Kernel.Call(SystemCall.Mprotect, copies, length, protection);
        return copies;
    }

    private void Step(int code, nint a, nint b, nint c, nint d, nint e, nint f)
    {
        var op = _steps + Count++;
        op->Code = code;
        op->ResultSlot = -1;
        op->Arguments[0] = a;
        op->Arguments[1] = b;
        op->Arguments[2] = c;
        op->Arguments[3] = d;
        op->Arguments[4] = e;
        op->Arguments[5] = f;
    }

    private static int Read(ReadOnlySpan<byte> path, byte* buffer, int size)
    {
        nint file;
        fixed (byte* name = path) file = Kernel.Call(SystemCall.Open, (nint)name, 0x80000);
        var length = file < 0 ? -1 : Kernel.Call(SystemCall.Read, file, (nint)buffer, size);
        var errno = Kernel.Errno;
        if (file >= 0) Kernel.Call(SystemCall.Close, file);
        return length > 0 ? (int)length : throw new LinuxException((Errno)errno, "read", System.Text.Encoding.ASCII.GetString(path[..^1]));
    }

    /// <summary>struct prctl_mm_map, as the kernel has it now (proc_pid_stat(5)), with another executable.</summary>
    private readonly long* Layout()
    {
        var map = (long*)(_steps + MostSteps + 1);
        var bytes = stackalloc byte[1024];
        var text = System.Text.Encoding.UTF8.GetString(bytes, Read("/proc/self/stat\0"u8, bytes, 1024));
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        map[0] = Field(26);
        map[1] = Field(27);
        map[2] = Field(45);
        map[3] = Field(46);
        map[4] = Field(47);
        map[5] = Kernel.Call(SystemCall.Brk, 0);
        map[6] = Field(28);
        for (var i = 0; i < 4; i++) map[7 + i] = Field(48 + i);
        map[11] = 0;
        *(uint*)(map + 12) = 0;
        *(int*)((byte*)(map + 12) + 4) = _file;
        return map;
    }
}
