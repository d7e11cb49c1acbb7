using System.Text;
using Davit.Linux.Descriptors;
using Davit.Linux.Directories;
using Davit.Linux.Native;

namespace Davit.Linux.Mounts;

/// <summary>
/// Mounts an overlay that stands nowhere in the tree: it is reached through its descriptor alone (<c>/proc/self/fd/N</c>) and is gone when that is closed.
/// No other process inherits it, and a crash leaves nothing mounted.
/// </summary>
public static unsafe class DetachedOverlay
{
    /// <summary>Mounts.</summary>
    /// <param name="lower">Lower directories, top-most first; at least two when there is no upper.</param>
    /// <param name="upper">Upper directory, or null for a read-only overlay.</param>
    /// <param name="work">Work directory, beside the upper.</param>
    /// <param name="options">More options, <c>name=value</c> or <c>name</c>.</param>
    /// <param name="scratch">An existing directory that the mount may stand on for a moment, on kernels before 6.5.</param>
    /// <exception cref="LinuxException">The mount failed.</exception>
    public static FileDescriptor Mount(IReadOnlyList<string> lower, string? upper, string? work, IReadOnlyList<string> options, string scratch) =>
        TryNew(lower, upper, work, options) ?? Old(lower, upper, work, options, scratch);

    private static FileDescriptor? TryNew(IReadOnlyList<string> lower, string? upper, string? work, IReadOnlyList<string> options)
    {
        int context;
        fixed (byte* type = "overlay\0"u8)
        {
            // SAFETY: a zero-terminated constant.
            context = (int)OverlayLibc.FsOpen(OverlayLibc.SysFsOpen, type, 1);
        }

        if (context < 0) return null;
        using var handle = new FileDescriptor(context);
        foreach (var directory in lower)
        {
            // lowerdir+ came with Linux 6.5
            if (Set(context, "lowerdir+", directory) is var errno and not Errno.None)
            {
                if (errno == Errno.EINVAL) return null;
                throw Failure(context, errno, directory);
            }
        }

        if (upper is not null) Must(context, "upperdir", upper);
        if (work is not null) Must(context, "workdir", work);
        foreach (var option in options)
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) Must(context, option, null);
            else Must(context, option[..equals], option[(equals + 1)..]);
        }

        // SAFETY: FSCONFIG_CMD_CREATE takes no key and no value.
        if (OverlayLibc.FsConfig(OverlayLibc.SysFsConfig, context, 6, null, null, 0) < 0) throw Failure(context, DirectoryCalls.LastError(), upper ?? lower[0]);
        var mount = (int)OverlayLibc.FsMount(OverlayLibc.SysFsMount, context, 1, upper is null ? 1 : 0);
        return mount >= 0 ? new FileDescriptor(mount) : throw Failure(context, DirectoryCalls.LastError(), upper ?? lower[0]);
    }

    // mount(2) takes one page of options: the names are relative to the layers' common directory, seen from a thread with a working directory of its own.
    private static FileDescriptor Old(IReadOnlyList<string> lower, string? upper, string? work, IReadOnlyList<string> options, string scratch)
    {
        FileDescriptor? result = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = MountHere(lower, upper, work, options, scratch);
            }
            catch (LinuxException e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return result ?? throw failure!;
    }

    private static FileDescriptor MountHere(IReadOnlyList<string> lower, string? upper, string? work, IReadOnlyList<string> options, string scratch)
    {
        var common = lower.Select(directory => Path.GetDirectoryName(Path.GetDirectoryName(directory)) ?? "/").GroupBy(directory => directory).MaxBy(group => group.Count())!.Key;

        // CLONE_FS: this thread's working directory is no longer the process'
        Check(OverlayLibc.Unshare(0x200), "unshare", "");
        fixed (byte* directory = Zero(common)) Check(OverlayLibc.ChangeDirectory(directory), "chdir", common);
        var text = new StringBuilder("lowerdir=").AppendJoin(':', lower.Select(directory => Escape(directory.StartsWith(common + "/", StringComparison.Ordinal) ? directory[(common.Length + 1)..] : directory)));
        if (upper is not null) text.Append(",upperdir=").Append(Escape(upper)).Append(",workdir=").Append(Escape(work!));
        foreach (var option in options) text.Append(',').Append(option);
        fixed (byte* type = "overlay\0"u8)
        fixed (byte* data = Zero(text.ToString()))
        fixed (byte* target = Zero(scratch))
        {
            // SAFETY: all strings are zero-terminated and pinned for the time of the calls. Flag 1 is MS_RDONLY, 2 is MNT_DETACH.
            Check(OverlayLibc.Mount(type, target, type, upper is null ? 1u : 0u, data), "mount", scratch);
            var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, scratch, OpenHow.Path | OpenHow.Directory, 0, out var errno);
            Check(OverlayLibc.Unmount(target, 2), "umount", scratch);
            return fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException(errno, "open", scratch);
        }
    }

    private static void Must(int context, string key, string? value)
    {
        if (Set(context, key, value) is var errno and not Errno.None) throw Failure(context, errno, value ?? key);
    }

    private static Errno Set(int context, string key, string? value)
    {
        fixed (byte* keyBytes = Zero(key))
        fixed (byte* valueBytes = value is null ? null : Zero(value))
        {
            // SAFETY: zero-terminated and pinned. 0 is FSCONFIG_SET_FLAG, 1 is FSCONFIG_SET_STRING.
            return DirectoryCalls.Result((int)OverlayLibc.FsConfig(OverlayLibc.SysFsConfig, context, value is null ? 0 : 1, keyBytes, valueBytes, 0));
        }
    }

    /// <summary>The kernel tells in the context what it did not like.</summary>
    private static LinuxException Failure(int context, Errno errno, string target)
    {
        Span<byte> message = stackalloc byte[512];
        var length = FileIo.Read(context, message, out _);
        var detail = length > 2 ? $"{target} ({FileName.Decode(message[2..length]).Trim()})" : target;
        return new LinuxException(errno, "mount overlay", detail);
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    private static byte[] Zero(string text) => [.. FileName.Encode(text), 0];

    private static void Check(int result, string call, string target)
    {
        if (result < 0) throw new LinuxException(DirectoryCalls.LastError(), call, target);
    }
}
