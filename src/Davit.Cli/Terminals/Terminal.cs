using System.Runtime.InteropServices;

namespace Davit.Cli.Terminals;

/// <summary>The user's terminal: its size, and raw mode that is always taken back.</summary>
internal static unsafe partial class Terminal
{
    private const int TermiosSize = 64;
    private static readonly List<PosixSignalRegistration> Endings = [];
    private static byte[]? _saved;

    /// <summary>True when a descriptor is a terminal.</summary>
    internal static bool IsTerminal(int fd)
    {
        byte* settings = stackalloc byte[TermiosSize];
        return GetAttributes(fd, settings) == 0;
    }

    /// <summary>Size in characters, or null when standard output is no terminal.</summary>
    internal static (int Columns, int Rows)? Size()
    {
        ushort* size = stackalloc ushort[4];
        foreach (var fd in (ReadOnlySpan<int>)[1, 0, 2])
        {
            // TIOCGWINSZ
            if (Ioctl(fd, 0x5413, size) == 0 && size[1] > 0) return (size[1], size[0]);
        }

        return null;
    }

    /// <summary>Passes every key on as it is; ends at <see cref="Restore"/>, which also runs when the process ends or is told to end.</summary>
    internal static void MakeRaw()
    {
        byte* settings = stackalloc byte[TermiosSize];
        if (GetAttributes(0, settings) != 0) return;
        _saved ??= new ReadOnlySpan<byte>(settings, TermiosSize).ToArray();
        if (Endings.Count == 0)
        {
            // a signal that ends the process runs nothing else: the default action follows these
            foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT]) Endings.Add(PosixSignalRegistration.Create(signal, _ => Restore()));
        }

        MakeRawSettings(settings);
        SetAttributes(0, 1, settings);
    }

    /// <summary>The settings from before <see cref="MakeRaw"/>.</summary>
    internal static void Restore()
    {
        if (_saved is not { } saved) return;
        fixed (byte* settings = saved) SetAttributes(0, 1, settings);
    }

    /// <summary>Reads a line without showing it.</summary>
    internal static string ReadSecret(TextReader input)
    {
        byte* settings = stackalloc byte[TermiosSize];
        if (GetAttributes(0, settings) != 0) return input.ReadLine() ?? "";
        var saved = new ReadOnlySpan<byte>(settings, TermiosSize).ToArray();
        *(uint*)(settings + 12) &= ~8u;
        SetAttributes(0, 1, settings);
        try
        {
            return input.ReadLine() ?? "";
        }
        finally
        {
            fixed (byte* before = saved) SetAttributes(0, 1, before);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int fd, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int fd, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRawSettings(byte* settings);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int fd, nuint request, void* argument);
}
