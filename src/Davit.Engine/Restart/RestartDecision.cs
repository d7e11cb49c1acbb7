using Davit.DockerApi.Containers;

namespace Davit.Engine.Restart;

/// <summary>Whether a container that has ended is started again, and when.</summary>
/// <param name="Restart">Whether.</param>
/// <param name="Delay">After how long.</param>
/// <param name="Count">Starts by the policy, this one included.</param>
internal readonly record struct RestartDecision(bool Restart, TimeSpan Delay, int Count)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>A run of this length was a success: the wait begins anew.</summary>
    private static readonly TimeSpan GoodRun = TimeSpan.FromSeconds(10);

    /// <param name="policy">The container's policy.</param>
    /// <param name="exitCode">How it ended.</param>
    /// <param name="stoppedByUser">Ended by stop, kill or rm.</param>
    /// <param name="ran">How long it ran.</param>
    /// <param name="count">Starts by the policy so far.</param>
    /// <param name="lastDelay">The wait before the last of them; zero for none.</param>
    public static RestartDecision Decide(RestartPolicy? policy, int exitCode, bool stoppedByUser, TimeSpan ran, int count, TimeSpan lastDelay)
    {
        if (stoppedByUser || !Wants(policy, exitCode, count)) return new(false, TimeSpan.Zero, count);
        var delay = lastDelay == TimeSpan.Zero || ran >= GoodRun ? First : lastDelay * 2;
        return new(true, delay < Longest ? delay : Longest, count + 1);
    }

    /// <summary>Whether a container found ended when the daemon starts is started.</summary>
    public static bool AtDaemonStart(RestartPolicy? policy, int exitCode, bool stoppedByUser, int count, bool hasRun) =>
        hasRun && (policy?.Name == "always" || (!stoppedByUser && Wants(policy, exitCode, count)));

    private static bool Wants(RestartPolicy? policy, int exitCode, int count) => policy?.Name switch
    {
        "always" or "unless-stopped" => true,
        "on-failure" => exitCode != 0 && (policy.MaximumRetryCount == 0 || count < policy.MaximumRetryCount),
        _ => false,
    };
}
