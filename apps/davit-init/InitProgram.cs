using System.Runtime.InteropServices;
using System.Text;

namespace Davit.Init;

/// <summary>
/// Runs one program as its only purpose. Every signal is blocked and taken one after the other by <c>sigwaitinfo</c>. Blocked they must be in all threads,
/// also in those that the runtime starts before this code: hence the program executes itself once with the mask set, which an execve keeps.
/// </summary>
internal static unsafe class InitProgram
{
    private const int SigChild = 17, SigTtin = 21, SigTtou = 22;
    private const string Again = "--signals-are-blocked";

    /// <summary>Runs <c>davit-init [--] PROGRAM [ARGUMENT…]</c>; also takes tini's <c>-s</c> and <c>-g</c> away from the front.</summary>
    internal static int Run(string[] arguments)
    {
        var all = stackalloc byte[128];
        new Span<byte>(all, 128).Fill(0xff);
        if (arguments is not [Again, ..])
        {
            Libc.SignalMask(2, all, null);

            // SAFETY: texts and tables are never freed: the execve replaces this process.
            Libc.Execute(Text("/proc/self/exe"), Table(["davit-init", Again, .. arguments]));
            return Say("can't execute itself: /proc is not mounted", 127);
        }

        var program = arguments.AsSpan(1);
        while (program is ["-s" or "-g" or "--", ..])
        {
            var ended = program[0] == "--";
            program = program[1..];
            if (ended) break;
        }

        if (program.IsEmpty) return Say("no program to run", 1);
        var child = 0;
        var error = Start(program.ToArray(), &child);
        if (error != 0) return Say($"exec {program[0]} failed: {(error == 2 ? "No such file or directory" : error == 13 ? "Permission denied" : $"error {error}")}", error == 2 ? 127 : 126);
        Libc.TakeTerminal(0, child); // fails where there is no terminal
        return Serve(child, all);
    }

    private static int Start(string[] program, int* child)
    {
        var attributes = stackalloc byte[512];
        var all = stackalloc byte[128];
        var none = stackalloc byte[128];
        new Span<byte>(all, 128).Fill(0xff);
        new Span<byte>(none, 128).Clear();

        // SAFETY: glibc's posix_spawnattr_t has 336 bytes and is initialised before use.
        Libc.AttributesInit(attributes);
        Libc.AttributesFlags(attributes, 2 | 4 | 8); // SETPGROUP, SETSIGDEF, SETSIGMASK
        Libc.AttributesGroup(attributes, 0);
        Libc.AttributesDefault(attributes, all);
        Libc.AttributesMask(attributes, none);
        var environment = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) environment.Add($"{entry.Key}={entry.Value}");
        return Libc.Spawn(child, Text(program[0]), null, attributes, Table(program), Table([.. environment]));
    }

    private static int Serve(int child, byte* all)
    {
        var information = stackalloc byte[128];
        while (true)
        {
            var signal = Libc.WaitForSignal(all, information);
            if (signal <= 0 || signal is SigTtin or SigTtou) continue;
            if (signal != SigChild)
            {
                Libc.Kill(child, signal);
                continue;
            }

            int status, exit = -1;
            while (true)
            {
                var pid = Libc.WaitPid(-1, &status, 1); // WNOHANG
                if (pid <= 0) break;
                if (pid == child) exit = (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
            }

            if (exit >= 0) return exit;
        }
    }

    private static int Say(string text, int code)
    {
        var bytes = Encoding.UTF8.GetBytes($"[FATAL davit-init] {text}\n");
        fixed (byte* start = bytes) Libc.Write(2, start, bytes.Length);
        return code;
    }

    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    private static byte** Table(string[] texts)
    {
        var table = (byte**)NativeMemory.Alloc((nuint)(texts.Length + 1) * (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++) table[i] = Text(texts[i]);
        table[texts.Length] = null;
        return table;
    }
}
