using System.Net;
using System.Text;
using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Runner;
using Davit.Monitor.Supervision;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Monitor.Zygote;

/// <summary>
/// Runs what every monitor runs, once, before the first fork: what the runtime sets up on first use is then shared by all monitors, and no
/// monitor does it in a process without the threads that such set-up may count on.
/// </summary>
internal static class Prewarm
{
    internal static void Run()
    {
        var block = new LaunchBlock { Id = "prewarm", RunDirectory = "/", ExitFile = "/exit", Upstreams = ["127.0.0.1"], NamesFiles = ["/"] };
        LaunchBlock.Read(block.Write([1, 2, 3]), out _);
        for (int i = 0; i < 2; i++)
        {
            try
            {
                throw new DavitException(ErrorKind.Internal, "prewarm", inner: new LinuxException(Errno.ENOENT, "open", Path.Combine("/", "prewarm")));
            }
            catch (DavitException e)
            {
                FailureText.Read(FailureText.Write(e));
            }
        }

        ExitRecord.Parse(ExitRecord.Write(new ContainerExit { FinishedAt = DateTimeOffset.UnixEpoch.AddTicks(1) }));
        _ = Encoding.UTF8.GetBytes(new MonitorState { ExitFile = "/", PidStart = MonitorState.StartOf(Sys.ProcessId()) }.Write());
        _ = IPAddress.Parse("127.0.0.11");
        _ = Names.SocketAddress.Parse("[::1]:53", 53);
        Directory.CreateDirectory("/");
        ContainerLauncher.Prepare();
        using var loop = new EventLoop();
        GC.Collect();
    }
}
