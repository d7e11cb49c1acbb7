using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Lifecycle;

/// <summary>Sockets that a service manager gave to the command (sd_listen_fds(3)): the container's first process gets them too.</summary>
internal static class ActivationSockets
{
    private const string Variable = "LISTEN_FDS";

    /// <summary>How many, from descriptor 3 on.</summary>
    internal static int Passed() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text ? 0
        : int.TryParse(text, System.Globalization.NumberStyles.None, null, out var count) ? count
        : throw new DavitException(ErrorKind.InvalidArgument, $"{Variable}=\"{text}\" is not a number", "unset it");

    /// <summary>Tells the process of them.</summary>
    internal static Spec Announce(Spec spec, int count) => count == 0
        ? spec
        : spec with { Process = spec.Process! with { Env = [.. spec.Process.Env ?? [], $"{Variable}={count}", "LISTEN_PID=1"] } };
}
