namespace Davit.Archive;

/// <summary>Runs blocking file work on a thread of its own, so that it never starves the pool that feeds it.</summary>
internal static class Worker
{
    internal static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
