using System.Globalization;
using Davit.Linux;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Lifecycle;

/// <summary>Looks at create, through the new process's root, whether its program can be executed: at start nobody hears more than the kernel's two words.</summary>
internal static class ExecutableCheck
{
    /// <summary>Refuses a program that the kernel is certain to refuse.</summary>
    /// <param name="pid">The process that waits at its start gate, inside its root.</param>
    /// <param name="process">What it is to execute.</param>
    /// <exception cref="DavitException">InvalidArgument: the error of execve(2), and what is wrong with the file.</exception>
    internal static void Refuse(int pid, ProcessSpec process)
    {
        // an interpreter for foreign programs may be registered with the kernel, and execute anything
        if (process.Args is not [var program, ..] || ForeignPrograms()) return;
        var root = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/root";
        if (Find(process, program, path => ExecutableHead.Read(root, path).Bytes is not null) is not { } file) return;
        if (ExecutableFile.Explain(file, path => ExecutableHead.Read(root, path)) is not var (errno, why)) return;
        throw new DavitException(ErrorKind.InvalidArgument, $"{LaunchErrors.StartPrefix}exec {program}: {errno.Text()}: {why}");
    }

    private static string? Find(ProcessSpec process, string program, Func<string, bool> exists)
    {
        if (program.StartsWith('/')) return program;
        if (program.Contains('/', StringComparison.Ordinal)) return $"{process.Cwd.TrimEnd('/')}/{program}";
        var path = (process.Env ?? []).LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "";
        return path.Split(':').Where(d => d.StartsWith('/')).Select(d => $"{d.TrimEnd('/')}/{program}").FirstOrDefault(exists);
    }

    private static bool ForeignPrograms()
    {
        try
        {
            return Directory.EnumerateFiles("/proc/sys/fs/binfmt_misc").Any(file => Path.GetFileName(file) is not ("register" or "status"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
