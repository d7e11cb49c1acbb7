namespace Davit.Engine.Containers;

/// <summary>What a failed start means for the exit code.</summary>
internal static class StartFailure
{
    /// <summary>127: no such command; 126: it can't be executed; 128: anything else, as Docker records it.</summary>
    public static int ExitCode(string message)
    {
        if (Has("executable file not found") || Has("no such file or directory") || Has("system cannot find the file specified")) return 127;
        return Has("permission denied") || Has("exec format error") || Has("is a directory") ? 126 : 128;

        bool Has(string text) => message.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
