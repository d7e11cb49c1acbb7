using Davit.Linux;
using Davit.Primitives;

namespace Davit.Runtime.Launch;

/// <summary>What is said when a start fails: the words that runc and Docker have for it.</summary>
public static class LaunchErrors
{
    /// <summary>Stands before every message of a failed start.</summary>
    public const string StartPrefix = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ";

    /// <summary>Stands before every message of a failed exec.</summary>
    public const string ExecPrefix = "OCI runtime exec failed: exec failed: unable to start container process: ";

    /// <summary>Begins the text of the step that gives a process its profile; the profile's name follows.</summary>
    internal const string ApplyAppArmor = "apply AppArmor profile ";

    private const int NoSuchFile = 127;
    private const int NotExecutable = 126;
    private const int Other = 125;

    /// <summary>Exit code of the docker client for a message: 127 when something is not found, 126 when it can't be executed, else 125.</summary>
    public static int ExitCode(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        bool Says(string text) => message.Contains(text, StringComparison.Ordinal);
        if (Says("executable file not found") || Says("no such file or directory") || Says("system cannot find the file specified")) return NoSuchFile;
        return Says("permission denied") || Says("is a directory") ? NotExecutable : Other;
    }

    /// <summary>The message without what Docker's layers put before it.</summary>
    public static string Plain(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var prefix in (ReadOnlySpan<string>)[StartPrefix, ExecPrefix])
        {
            if (message.StartsWith(prefix, StringComparison.Ordinal)) return message[prefix.Length..];
        }

        return message;
    }

    /// <summary>The error for a failed step.</summary>
    /// <param name="isExec">A further process of a running container.</param>
    /// <param name="text">The step's text; one that ends with <c>!</c> says all by itself.</param>
    /// <param name="errno">Why it failed.</param>
    internal static DavitException Failure(bool isExec, string text, Errno errno)
    {
        var prefix = isExec ? ExecPrefix : StartPrefix;
        var inner = new LinuxException(errno, "start");
        if (text.EndsWith('!')) return new DavitException(ErrorKind.InvalidArgument, prefix + text[..^1], inner: inner);
        if (text.StartsWith(ApplyAppArmor, StringComparison.Ordinal) && errno == Errno.ENOENT)
        {
            // the file that was written to is there: it is the profile that is not, and so this is no "not found" of a program
            return new DavitException(ErrorKind.FailedPrecondition, $"{prefix}AppArmor profile \"{text[ApplyAppArmor.Length..]}\" is not loaded", "load it with apparmor_parser, or leave the profile out", inner);
        }

        if (text.StartsWith("exec: ", StringComparison.Ordinal)) return new DavitException(ErrorKind.InvalidArgument, prefix + Execute(text, errno), inner: inner);

        // move_mount(2) says EINVAL where mount(2) says that a file was given for a directory
        if (errno == Errno.EINVAL && text.StartsWith("error mounting", StringComparison.Ordinal) && text.EndsWith(": move_mount", StringComparison.Ordinal)) errno = Errno.ENOTDIR;
        var message = $"{text}: {errno.Text()}";
        if (errno == Errno.ENOTDIR && text.StartsWith("error mounting", StringComparison.Ordinal))
        {
            message += ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type";
        }

        return new DavitException(errno is Errno.ENOENT or Errno.ENOTDIR ? ErrorKind.InvalidArgument : ErrorKind.Internal, prefix + message, inner: inner);
    }

    /// <summary><c>exec: "PATH"</c> with what Go's look-up of a program says about it.</summary>
    private static string Execute(string text, Errno errno)
    {
        var path = text["exec: \"".Length..^1];
        return errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR => $"{text}: stat {path}: {errno.Text()}",
            Errno.EISDIR => $"{text}: is a directory: permission denied",
            Errno.ENOEXEC or Errno.E2BIG => $"exec {path}: {errno.Text()}",
            _ => $"{text}: {errno.Text()}",
        };
    }
}
