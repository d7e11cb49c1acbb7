using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;
using Davit.Primitives;

namespace Davit.Runtime.Launch;

/// <summary>
/// Keeps containers from writing the file that this program was started from. A process of a container begins as a copy of this one, so that /proc/self/exe
/// leads to this file: an image can have it executed with a loader of its own, keep it open, and write it once nobody runs it any more (the class of
/// CVE-2019-5736). A program in a sealed memory file, as the zygote is, has nothing to fear.
/// </summary>
internal static unsafe class OwnExecutable
{
    private const string Self = "/proc/self/exe";
    private const int GetSeals = 1034, AddSeals = 1033, SealWrite = 8, AllSeals = 15;
    private const int CloseOnExec = 1, AllowSealing = 2, Executable = 16;
    private const int PrSetMm = 35, MapSize = 15;

    private static Exposure s_exposure;

    private enum Exposure
    {
        Unknown,

        /// <summary>Nobody can write it.</summary>
        None,

        /// <summary>The child can let go of it.</summary>
        Detachable,

        /// <summary>This kernel or user can't: the program must start again from a sealed copy.</summary>
        Open,
    }

    /// <summary>True when children can neither let go of the file nor are kept from writing it: call <see cref="StartAgain"/>.</summary>
    internal static bool IsOpen => Assess() == Exposure.Open;

    /// <summary>True when children must let go of the file.</summary>
    internal static bool IsDetachable => Assess() == Exposure.Detachable;

    /// <summary>Executes this program again, with its arguments, from a sealed copy in memory. Costs its start a second time: for kernels without checkpoint support, and users who run a file of their own.</summary>
    /// <exception cref="DavitException">It can't; nothing has changed.</exception>
    internal static void StartAgain()
    {
        Kernel.Prepare();
        var file = Copy();
        var arguments = Vector(File.ReadAllBytes("/proc/self/cmdline"));
        var environment = Vector(File.ReadAllBytes("/proc/self/environ"));
        fixed (byte* empty = "\0"u8) Kernel.Call(SystemCall.Execveat, file, (nint)empty, (nint)arguments, (nint)environment, 0x1000);
        throw Failure("execveat");
    }

    /// <summary>A descriptor that reads this program's file through a mount of its own, which is read-only and attached nowhere; a sealed copy where there can be none.</summary>
    internal static int OpenApart()
    {
        int tree;
        fixed (byte* self = "/proc/self/exe\0"u8) tree = (int)Kernel.Call(SystemCall.OpenTree, -100, (nint)self, 1 | 0x80000);
        if (tree < 0) return Copy();
        try
        {
            var attributes = stackalloc long[4];
            attributes[0] = 1;
            attributes[1] = attributes[2] = attributes[3] = 0;
            fixed (byte* empty = "\0"u8)
            {
                // SAFETY: struct mount_attr has 32 bytes.
                if (Kernel.Call(SystemCall.MountSetattr, tree, (nint)empty, 0x1000, (nint)attributes, 32) < 0) throw Failure("mount_setattr");
            }

            fixed (byte* path = Encoding.ASCII.GetBytes($"/proc/self/fd/{tree}\0"))
            {
                var file = (int)Kernel.Call(SystemCall.Open, (nint)path, 0x80000);
                return file >= 0 ? file : throw Failure("open");
            }
        }
        finally
        {
            // the mount goes with its last file, and can't be changed without this descriptor
            Kernel.Call(SystemCall.Close, tree);
        }
    }

    private static Exposure Assess()
    {
        if (s_exposure != Exposure.Unknown) return s_exposure;
        Kernel.Prepare();
        int file;
        fixed (byte* self = "/proc/self/exe\0"u8) file = (int)Kernel.Call(SystemCall.Open, (nint)self, 0x80000);
        if (file < 0) throw Failure("open");
        var seals = Kernel.Call(SystemCall.Fcntl, file, GetSeals);
        Kernel.Call(SystemCall.Close, file);
        return s_exposure = seals > 0 && (seals & SealWrite) != 0 ? Exposure.None : Environment.IsPrivilegedProcess ? OfRoot() : OfUser();
    }

    private static Exposure OfRoot()
    {
        uint size = 0;

        // SAFETY: the kernel writes one number; without checkpoint support it knows no such question.
        return Kernel.Call(SystemCall.Prctl, PrSetMm, MapSize, (nint)(&size)) == 0 && size == ExecutableShield.MapLength ? Exposure.Detachable : Exposure.Open;
    }

    private static Exposure OfUser()
    {
        fixed (byte* self = "/proc/self/exe\0"u8)
        {
            if (Kernel.Call(SystemCall.Faccessat, -100, (nint)self, 2) == 0) return Exposure.Open;
        }

        // whoever owns a file may make it writable
        return Linux.Directories.DirectoryCalls.Stat(-100, new FileInfo(Self).LinkTarget ?? Self, out var stat) == Errno.None && stat.Uid != Kernel.Call(SystemCall.Geteuid) ? Exposure.None : Exposure.Open;
    }

    private static int Copy()
    {
        int copy;
        fixed (byte* name = "davit-oci\0"u8)
        {
            // the last flag is known from 6.3 on
            copy = (int)Kernel.Call(SystemCall.MemfdCreate, (nint)name, CloseOnExec | AllowSealing | Executable);
            if (copy < 0) copy = (int)Kernel.Call(SystemCall.MemfdCreate, (nint)name, CloseOnExec | AllowSealing);
        }

        if (copy < 0) throw Failure("memfd_create");
        int file;
        fixed (byte* self = "/proc/self/exe\0"u8) file = (int)Kernel.Call(SystemCall.Open, (nint)self, 0x80000);
        if (file < 0) throw Failure("open");
        nint sent;
        while ((sent = Kernel.Call(SystemCall.Sendfile, copy, file, 0, 0x7ffff000)) > 0)
        {
        }

        if (sent < 0) throw Failure("sendfile");
        Kernel.Call(SystemCall.Close, file);
        return Kernel.Call(SystemCall.Fcntl, copy, AddSeals, AllSeals) == 0 ? copy : throw Failure("fcntl");
    }

    /// <summary>A vector of texts out of memory; it lasts until the execution.</summary>
    private static byte** Vector(byte[] texts)
    {
        var block = (byte*)NativeMemory.Alloc((nuint)texts.Length + 1);
        texts.CopyTo(new Span<byte>(block, texts.Length));
        var count = texts.Count(b => b == 0);
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)count + 1, (nuint)sizeof(byte*));
        for (int i = 0, at = 0; i < count; i++)
        {
            vector[i] = block + at;
            at += Array.IndexOf(texts, (byte)0, at) - at + 1;
        }

        return vector;
    }

    private static DavitException Failure(string call) => new LinuxException((Errno)Kernel.Errno, call, Self).ToDavitException("can't protect the runtime's own file from the container");
}
