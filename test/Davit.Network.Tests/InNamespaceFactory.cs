using Davit.Linux.Netlink;

namespace Davit.Network.Tests;

/// <summary>Makes a pinned network namespace.</summary>
internal static class InNamespaceFactory
{
    internal static void Make(string path)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                NetworkNamespace.EnterNew();
                NetworkNamespace.PinOwn(path);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException("no namespace for the test", failure);
        }
    }
}
