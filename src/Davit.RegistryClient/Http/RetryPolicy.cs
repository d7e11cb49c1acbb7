namespace Davit.RegistryClient.Http;

/// <summary>How long to wait before trying an idempotent request again: doubling with jitter, or what the registry asked for.</summary>
internal sealed class RetryPolicy(RegistryOptions options, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    internal bool MayTryAgain(int attempt) => attempt < options.Attempts;

    internal Task WaitAsync(int attempt, TimeSpan? asked, CancellationToken cancellation) => Task.Delay(Delay(attempt, asked), time, cancellation);

    internal TimeSpan Delay(int attempt, TimeSpan? asked)
    {
        if (asked is { } wish && wish > TimeSpan.Zero) return wish < Longest ? wish : Longest;
        var delay = options.FirstDelay * Math.Pow(2, Math.Min(attempt - 1, 10)) * (0.8 + (Random.Shared.NextDouble() * 0.4));
        return delay < Longest ? delay : Longest;
    }
}
