using System.Globalization;
using System.Text;
using Davit.Linux;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Checkpoint;

/// <summary>
/// A running <c>criu swrk</c>: it takes one request over a socket, asks meanwhile (notifications), and answers (criu.org/RPC). What it restores becomes a child
/// of this process. Descriptors of the directories in a request are numbers of this process, which made the socket.
/// </summary>
internal sealed unsafe class CriuConnection : IDisposable
{
    private const int Unix = 1, SequencedPackets = 5, CloseOnExec = 0x80000, Duplicate = 0, MostAnswer = 64 << 10, FirstPassed = 100, ReceiveCloseOnExec = 0x40000000;
    private readonly List<int> _passed = [];
    private readonly int _socket, _complaints;
    private LaunchedProcess _process = new(0, -1, -1);

    /// <summary>Starts it.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="passed">Descriptors that it inherits; <see cref="Inherited"/> has their numbers there.</param>
    /// <param name="parentSteps">What this process does before.</param>
    /// <param name="childSteps">What the new process does before it becomes CRIU.</param>
    /// <exception cref="DavitException">It can't be executed.</exception>
    internal CriuConnection(string program, IReadOnlyList<int> passed, Action<ProgramWriter>? parentSteps = null, Action<ProgramWriter>? childSteps = null)
    {
        Kernel.Prepare();
        var ends = stackalloc int[2];

        // SAFETY: the kernel writes two descriptors.
        if (Kernel.Call(SystemCall.Socketpair, Unix, SequencedPackets | CloseOnExec, 0, (nint)ends) < 0) throw Failure("socketpair");
        _socket = ends[0];
        fixed (byte* name = "criu\0"u8) _complaints = (int)Kernel.Call(SystemCall.MemfdCreate, (nint)name, 1);
        try
        {
            var socket = Pass(ends[1]);
            Inherited = [.. passed.Select(Pass)];
            using var writer = new ProgramWriter();
            writer.Current = writer.Parent;
            parentSteps?.Invoke(writer);
            writer.Current = writer.Child;
            writer.Add("reset signals", SystemCall.ResetSignals);
            childSteps?.Invoke(writer);
            for (var i = 0; i < 3; i++)
            {
                writer.Add("take the standard streams", SystemCall.Dup3, Argument.Slot(Slot.Stdin + i), i, 0);
                writer.Last(tolerate: (int)Errno.EINVAL);
            }

            writer.Add("unblock signals", SystemCall.RtSigprocmask, 2, writer.Words(0), 0, 8);
            var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}").ToList();
            writer.Add($"exec: \"{program}\"", SystemCall.Execve, writer.String(program), writer.Vector([program, "swrk", socket.ToString(CultureInfo.InvariantCulture)]), writer.Vector(environment));
            using var plan = LaunchPlan.FromBytes(writer.Finish());
            _process = ContainerLauncher.Start(plan, new LaunchStreams(0, 1, _complaints));
        }
        catch (DavitException e)
        {
            Dispose();
            throw new DavitException(e.Kind, $"can't start criu: {LaunchErrors.Plain(e.Message)}", e.Hint, e);
        }
        finally
        {
            Kernel.Call(SystemCall.Close, ends[1]);
            foreach (var number in _passed) Kernel.Call(SystemCall.Close, number);
        }
    }

    /// <summary>Numbers that the passed descriptors have in CRIU.</summary>
    internal IReadOnlyList<int> Inherited { get; } = [];

    /// <summary>CRIU's process.</summary>
    internal int Pid => _process.Pid;

    /// <summary>Sends a request and sees it through.</summary>
    /// <param name="request">The message.</param>
    /// <param name="notified">Hears each notification, with the descriptor that came with it or -1, which it keeps; an error of its makes CRIU give up.</param>
    /// <returns>The answer, which may be that it failed.</returns>
    /// <exception cref="DavitException">CRIU ended without an answer, or <paramref name="notified"/> failed.</exception>
    internal CriuResponse Run(ProtoWriter request, Action<CriuResponse, int>? notified = null)
    {
        DavitException? failure = null;
        for (var message = request.ToArray(); ;)
        {
            Send(message);
            var response = Receive(out var descriptor);
            if (response.Kind != CriuRequestKind.Notify) return failure is null ? response : throw failure;
            try
            {
                notified?.Invoke(response, descriptor);
            }
            catch (Exception e) when (e is DavitException or IOException or UnauthorizedAccessException)
            {
                failure ??= e as DavitException ?? new DavitException(ErrorKind.Internal, e.Message, inner: e);
            }

            // criu_req: type and notify_success
            message = new ProtoWriter().Number(1, (int)CriuRequestKind.Notify).Number(3, failure is null ? 1 : 0).ToArray();
        }
    }

    /// <summary>Ends the conversation and waits for CRIU's end.</summary>
    /// <returns>Its exit code.</returns>
    internal int Finish()
    {
        Kernel.Call(SystemCall.Shutdown, _socket, 2);
        var code = ForegroundProcess.Reap(_process.PidFd);
        Kernel.Call(SystemCall.Close, _process.PidFd);
        _process = new(0, -1, -1);
        return code;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process.PidFd >= 0) Finish();
        Kernel.Call(SystemCall.Close, _socket);
        if (_complaints >= 0) Kernel.Call(SystemCall.Close, _complaints);
    }

    private int Pass(int descriptor)
    {
        // without close-on-exec; above what anybody expects to be free
        var number = (int)Kernel.Call(SystemCall.Fcntl, descriptor, Duplicate, FirstPassed);
        if (number < 0) throw Failure("fcntl");
        _passed.Add(number);
        return number;
    }

    private void Send(byte[] message)
    {
        fixed (byte* start = message)
        {
            // a criu that is gone is noticed by the answer that doesn't come
            Kernel.Call(SystemCall.Sendto, _socket, (nint)start, message.Length, 0x4000);
        }
    }

    private CriuResponse Receive(out int descriptor)
    {
        descriptor = -1;
        var bytes = new byte[MostAnswer];
        nint length;
        fixed (byte* start = bytes)
        {
            var vector = stackalloc nint[2];
            (vector[0], vector[1]) = ((nint)start, MostAnswer);
            var control = stackalloc long[3]; // struct cmsghdr: length, level and type, then the descriptor
            var message = stackalloc nint[7];
            do
            {
                control[0] = 0;
                new Span<nint>(message, 7).Clear();
                (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, 24);

                // SAFETY: all structures live on this frame until the call is over; a collection need not wait for it.
                length = LifecycleLibc.ReceiveMessage(_socket, message, ReceiveCloseOnExec);
            }
            while (length < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
            if (length > 0 && message[5] >= 20 && control[0] == 20) descriptor = (int)control[2];
        }

        try
        {
            if (length > 0) return CriuResponse.Read(bytes.AsSpan(0, (int)length));
        }
        catch (InvalidDataException e)
        {
            throw new DavitException(ErrorKind.Internal, $"criu answers something that is no message: {e.Message}", inner: e);
        }

        throw new DavitException(ErrorKind.Internal, $"criu ended without an answer{Complaints()}");
    }

    /// <summary>What CRIU said on its standard error before it had a log.</summary>
    private string Complaints()
    {
        var bytes = new byte[4096];
        nint length;
        fixed (byte* start = bytes) length = Kernel.Call(SystemCall.Pread64, _complaints, (nint)start, bytes.Length, 0);
        return length > 0 && CriuLog.Errors(Encoding.UTF8.GetString(bytes, 0, (int)length).Split('\n')) is { Length: > 0 } errors ? $": {errors}" : "";
    }

    private static DavitException Failure(string call) => new LinuxException((Errno)Kernel.Errno, call).ToDavitException("can't talk to criu");
}
