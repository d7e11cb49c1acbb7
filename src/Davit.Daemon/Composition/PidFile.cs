using System.Globalization;
using Davit.Linux.Processes;
using Davit.Primitives;

namespace Davit.Daemon.Composition;

/// <summary>The file with the daemon's process id; gone at its end.</summary>
internal sealed class PidFile : IDisposable
{
    /// <summary>A daemon that was just killed is still there for a moment, with all that it holds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly string _path;

    /// <summary>Writes the file.</summary>
    /// <exception cref="DavitException">FailedPrecondition: it names a living process.</exception>
    public PidFile(string path)
    {
        _path = path;
        if (File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && pid != Environment.ProcessId && IsDaemon(pid) && !ProcessEnd.Wait(pid, Patience))
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"process with PID {pid} is still running", $"remove {path} if that is no davitd");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A number of an earlier boot may belong to any program now, and a process that is ending has no command line any more.</summary>
    private static bool IsDaemon(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0].EndsWith("davitd", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (IOException)
        {
            // a directory that has gone took the file with it
        }
    }
}
