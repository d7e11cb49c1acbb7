using System.Runtime.InteropServices;
using System.Text;
using Davit.Primitives;

namespace Davit.Runtime.Launch;

/// <summary>
/// A launch program in native memory: all that the start of one process needs, as data that holds at any address. davitd builds it, the monitor runs it
/// without parsing anything. Not thread-safe; dispose frees the memory when this object owns it.
/// </summary>
public sealed unsafe class LaunchPlan : IDisposable
{
    private readonly bool _owned;
    private LaunchHeader* _program;

    private LaunchPlan(LaunchHeader* program, bool owned)
    {
        _program = program;
        _owned = owned;
    }

    internal LaunchHeader* Program => _program is not null ? _program : throw new ObjectDisposedException(nameof(LaunchPlan));

    /// <summary>Bytes of the block.</summary>
    public int Length => Program->Length;

    /// <summary>True when the process gets a terminal whose master the launcher returns.</summary>
    public bool Terminal => Program->Terminal != 0;

    /// <summary>Wraps a block that lies in memory of the caller, who keeps it readable and writable while this object is used.</summary>
    /// <exception cref="DavitException">FailedPrecondition: not a launch program of this version.</exception>
    public static LaunchPlan FromMemory(nint memory, int length)
    {
        var program = (LaunchHeader*)memory;

        // SAFETY: the length is checked before anything beyond the first fields is read.
        if (length < sizeof(LaunchHeader) || program->Magic != LaunchHeader.ExpectedMagic || program->Length != length)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, "not a launch program", "daemon and monitor must be of one build");
        }

        if (program->Version != LaunchHeader.ExpectedVersion)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"launch program of version {program->Version}, not {LaunchHeader.ExpectedVersion}", "daemon and monitor must be of one build");
        }

        return new LaunchPlan(program, owned: false);
    }

    /// <summary>Copies a block into memory of its own.</summary>
    public static LaunchPlan FromBytes(ReadOnlySpan<byte> bytes)
    {
        var memory = NativeMemory.Alloc((nuint)Math.Max(bytes.Length, sizeof(LaunchHeader)));
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        try
        {
            FromMemory((nint)memory, bytes.Length);
        }
        catch
        {
            NativeMemory.Free(memory);
            throw;
        }

        return new LaunchPlan((LaunchHeader*)memory, owned: true);
    }

    /// <summary>The block; only before the plan has been started.</summary>
    public byte[] ToBytes() => new ReadOnlySpan<byte>(Program, Program->Length).ToArray();

    /// <summary>The container's cgroup directories, the one that counts memory first.</summary>
    public IReadOnlyList<string> CgroupDirectories()
    {
        var paths = new string[Program->CgroupCount];
        var at = (byte*)Program + Program->CgroupDirectories;
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = Marshal.PtrToStringUTF8((nint)at)!;
            at += Encoding.UTF8.GetByteCount(paths[i]) + 1;
        }

        return paths;
    }

    internal string Text(int offset) => offset == 0 ? "" : Marshal.PtrToStringUTF8((nint)((byte*)Program + offset)) ?? "";

    internal void Relocate()
    {
        if (Program->Relocated != 0) return;
        var offsets = (int*)((byte*)Program + Program->Relocations);
        for (var i = 0; i < Program->RelocationCount; i++)
        {
            // SAFETY: the builder wrote only offsets of pointers inside the block.
            var pointer = (long*)((byte*)Program + offsets[i]);
            *pointer += (long)Program;
        }

        Program->Relocated = 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owned && _program is not null) NativeMemory.Free(_program);
        _program = null;
    }
}
