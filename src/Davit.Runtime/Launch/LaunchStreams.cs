namespace Davit.Runtime.Launch;

/// <summary>Descriptors that become the process's standard streams; -1 stands for /dev/null. The caller keeps and closes its own. Not used with a terminal.</summary>
/// <param name="Stdin">Read end.</param>
/// <param name="Stdout">Write end.</param>
/// <param name="Stderr">Write end.</param>
public readonly record struct LaunchStreams(int Stdin, int Stdout, int Stderr)
{
    /// <summary>No streams: all three are /dev/null.</summary>
    public static LaunchStreams None { get; } = new(-1, -1, -1);
}
