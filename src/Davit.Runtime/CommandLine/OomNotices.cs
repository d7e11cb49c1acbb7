using System.Globalization;
using System.Text;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>
/// Tells at once when a cgroup runs out of memory: of version 2 by a change of <c>memory.events</c> (cgroup-v2.rst), of version 1 by an eventfd on
/// <c>memory.oom_control</c> (cgroup-v1/memory.rst). Without either nothing comes.
/// </summary>
internal sealed unsafe class OomNotices : IDisposable
{
    private const int ReadOnly = 0x80000, WriteOnly = 0x80001, NonBlockingCloseOnExec = 0x80800;
    private const short Readable = 1, Urgent = 2;
    private const nint EventDescriptor = 290, ReadAt = 17;

    private readonly string _directory;
    private readonly bool _isUnified;
    private long _killed;

    /// <summary>Begins to listen.</summary>
    /// <param name="directory">The cgroup that counts memory.</param>
    internal OomNotices(string directory)
    {
        _directory = directory;
        _isUnified = File.Exists(directory + "/memory.events");
        Descriptor = _isUnified ? LifecycleLibc.Open(directory + "/memory.events", ReadOnly, 0) : OfVersion1(directory);
        if (_isUnified) _killed = Killed();
    }

    /// <summary>What to poll for <see cref="Events"/>; -1 when nothing can be heard.</summary>
    internal int Descriptor { get; }

    /// <summary>Events of poll(2) that stand for a notice.</summary>
    internal short Events => _isUnified ? Urgent : Readable;

    /// <summary>Takes what has come.</summary>
    /// <returns>How many times memory ran out since the last call.</returns>
    internal long Take()
    {
        if (Descriptor < 0) return 0;
        if (_isUnified)
        {
            var before = _killed;
            _killed = Killed();
            return Math.Max(0, _killed - before);
        }

        long count = 0;

        // SAFETY: the counter of an eventfd has 8 bytes. The end of the cgroup is a notice, too, but no event.
        return LifecycleLibc.Read(Descriptor, (byte*)&count, sizeof(long)) == sizeof(long) && Directory.Exists(_directory) ? count : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Descriptor >= 0) LifecycleLibc.Close(Descriptor);
    }

    private static int OfVersion1(string directory)
    {
        var control = LifecycleLibc.Open(directory + "/memory.oom_control", ReadOnly, 0);
        if (control < 0) return -1;
        var notices = (int)LifecycleLibc.Call(EventDescriptor, 0, NonBlockingCloseOnExec, 0, 0);
        var register = LifecycleLibc.Open(directory + "/cgroup.event_control", WriteOnly, 0);
        var registered = false;
        fixed (byte* line = Encoding.ASCII.GetBytes($"{notices} {control}"))
        {
            // SAFETY: fixed, and that long.
            registered = register >= 0 && LifecycleLibc.Write(register, line, Encoding.ASCII.GetByteCount($"{notices} {control}")) > 0;
        }

        if (register >= 0) LifecycleLibc.Close(register);
        LifecycleLibc.Close(control);
        if (registered) return notices;
        LifecycleLibc.Close(notices);
        return -1;
    }

    /// <summary>Reads the same open file again: that is what poll waits from.</summary>
    private long Killed()
    {
        var buffer = stackalloc byte[1024];

        // SAFETY: as long as the buffer.
        var length = (int)LifecycleLibc.Call(ReadAt, Descriptor, (nint)buffer, 1024, 0);
        var line = length <= 0 ? null : Encoding.ASCII.GetString(buffer, length).Split('\n').FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal));
        return line is null ? _killed : long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
    }
}
