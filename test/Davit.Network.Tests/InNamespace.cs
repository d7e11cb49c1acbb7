using Davit.Linux.Netlink;

namespace Davit.Network.Tests;

/// <summary>Runs something inside a network namespace, on a thread that ends there.</summary>
internal static class InNamespace
{
    internal static Task<T> Start<T>(string path, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var own = NetworkNamespace.OpenOwn();
        var thread = new Thread(() =>
        {
            T? value = default;
            Exception? failure = null;
            using (own)
            {
                try
                {
                    using (var target = NetworkNamespace.Open(path))
                    {
                        NetworkNamespace.Enter(target);
                    }

                    value = work();
                }
                catch (Exception e)
                {
                    failure = e;
                }

                NetworkNamespace.Enter(own);
            }

            if (failure is null)
            {
                result.SetResult(value!);
            }
            else
            {
                result.SetException(failure);
            }
        }) { IsBackground = true };
        thread.Start();
        return result.Task;
    }

    internal static T Run<T>(string path, Func<T> work) => Start(path, work).GetAwaiter().GetResult();
}
