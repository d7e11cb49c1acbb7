using Davit.Primitives;

namespace Davit.Linux;

/// <summary>A system call failed.</summary>
/// <param name="errno">The error number.</param>
/// <param name="call">The system call, for example <c>mount</c>.</param>
/// <param name="target">What it was called on: a path, a name; may be empty.</param>
public sealed class LinuxException(Errno errno, string call, string target = "")
    : Exception(target.Length == 0 ? $"{call}: {errno.Text()}" : $"{call} {target}: {errno.Text()}")
{
    /// <summary>The error number.</summary>
    public Errno Errno { get; } = errno;

    /// <summary>The system call.</summary>
    public string Call { get; } = call;

    /// <summary>The same failure as the error that crosses layers, its kind chosen by the error number.</summary>
    /// <param name="prefix">Put before the message, with a colon.</param>
    public DavitException ToDavitException(string prefix) => new(Errno.Kind(), $"{prefix}: {Message}", inner: this);
}
