using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux.Native;
using Davit.Primitives;

namespace Davit.Linux.Processes;

/// <summary>
/// Starts helper programs. posix_spawn(3) shares the memory until the execve, so that the size of the heap costs nothing and no lock of the runtime is left
/// half held in a copy; every descriptor of ours is close-on-exec; signals are put back to their defaults.
/// </summary>
public static class Spawner
{
    /// <summary>Starts a program.</summary>
    /// <exception cref="DavitException">NotFound: there is no such program; or what else the kernel says.</exception>
    public static SpawnedProgram Start(ProgramRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var texts = new NativeTexts();
        var input = request.PipeInput ? Pipe() : (Read: -1, Write: -1);
        var output = request.PipeOutput ? Pipe() : (Read: -1, Write: -1);
        var error = request.PipeError ? Pipe() : (Read: -1, Write: -1);
        try
        {
            var pid = Spawn(request, texts, input.Read, output.Write, error.Write);
            var pidFd = ProcessLibc.PidfdOpen(ProcessLibc.SysPidfdOpen, pid, 0);
            if (pidFd < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "pidfd_open", request.Program);
            var program = new SpawnedProgram(pid, pidFd, input.Write, output.Read, error.Read);
            (input.Write, output.Read, error.Read) = (-1, -1, -1);
            return program;
        }
        finally
        {
            foreach (var fd in (ReadOnlySpan<int>)[input.Read, input.Write, output.Read, output.Write, error.Read, error.Write])
            {
                if (fd >= 0) Libc.Close(fd);
            }
        }
    }

    /// <summary>Runs a program to its end with everything it says, standard input given as a whole.</summary>
    /// <returns>Exit code, standard output, standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(ProgramRequest request, string? input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var program = Start(request with { PipeInput = input is not null, PipeOutput = true, PipeError = true });
        using var reader = new StreamReader(program.Output!, Encoding.UTF8);
        using var errors = new StreamReader(program.Error!, Encoding.UTF8);
        var output = reader.ReadToEndAsync(cancellation);
        var error = errors.ReadToEndAsync(cancellation);
        if (input is not null)
        {
            await program.Input!.WriteAsync(Encoding.UTF8.GetBytes(input), cancellation).ConfigureAwait(false);
            await program.Input.DisposeAsync().ConfigureAwait(false);
        }

        return (await program.WaitAsync(cancellation).ConfigureAwait(false), await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    private static unsafe int Spawn(ProgramRequest request, NativeTexts texts, int input, int output, int error)
    {
        // glibc's posix_spawn_file_actions_t and posix_spawnattr_t have 80 and 336 bytes, sigset_t 128
        var actions = stackalloc byte[512];
        var attributes = stackalloc byte[512];
        var all = stackalloc byte[128];
        var none = stackalloc byte[128];
        new Span<byte>(all, 128).Fill(0xff);
        new Span<byte>(none, 128).Clear();

        // SAFETY: all structures are initialised by their own functions before use, and texts live until the spawn is over.
        ProcessLibc.ActionsInit(actions);
        ProcessLibc.AttributesInit(attributes);
        try
        {
            ReadOnlySpan<int> streams = [input, output, error];
            var nothing = texts.Add("/dev/null");
            for (var fd = 0; fd < 3; fd++)
            {
                if (streams[fd] >= 0) ProcessLibc.ActionsDup2(actions, streams[fd], fd);
                else ProcessLibc.ActionsOpen(actions, fd, nothing, fd == 0 ? 0 : 1, 0);
            }

            if (request.WorkingDirectory is { } directory) ProcessLibc.ActionsChdir(actions, texts.Add(directory));
            ProcessLibc.AttributesFlags(attributes, 4 | 8); // POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK
            ProcessLibc.AttributesDefault(attributes, all);
            ProcessLibc.AttributesMask(attributes, none);
            var environment = request.Environment ?? Own();
            int pid;
            var result = ProcessLibc.Spawn(
                &pid, texts.Add(request.Program), actions, attributes, texts.Table([request.Program, .. request.Arguments]), texts.Table([.. environment.Select(e => $"{e.Key}={e.Value}")]));
            if (result == 0) return pid;
            var errno = (Errno)result;
            throw new DavitException(errno.Kind(), $"exec: \"{request.Program}\": {(errno == Errno.ENOENT && !request.Program.Contains('/') ? "executable file not found in $PATH" : errno.Text())}");
        }
        finally
        {
            ProcessLibc.ActionsDestroy(actions);
            ProcessLibc.AttributesDestroy(attributes);
        }
    }

    private static Dictionary<string, string> Own()
    {
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) own[(string)entry.Key] = (string?)entry.Value ?? "";
        return own;
    }

    private static unsafe (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];

        // SAFETY: the kernel writes two descriptors.
        return ProcessLibc.Pipe2(ends, 0x80000) == 0 ? (ends[0], ends[1]) : throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "pipe2");
    }
}
