namespace Davit.Monitor.Runner;

/// <summary>What the monitor's resolver answers from. Names files are replaced by rename; the monitor looks at them again when their identity changes.</summary>
/// <param name="NamesFiles">One file per network of the container: lines <c>ADDRESS NAME</c>; several lines of a name are several addresses.</param>
/// <param name="Upstreams">Servers that other names are forwarded to, <c>address</c> or <c>address:port</c>, reached from the host's network namespace.</param>
/// <param name="Port">Where it listens at 127.0.0.11, TCP and UDP.</param>
public sealed record NameService(IReadOnlyList<string> NamesFiles, IReadOnlyList<string> Upstreams, int Port = 53);
