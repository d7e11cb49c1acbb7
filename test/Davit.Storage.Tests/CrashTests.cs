using System.Diagnostics;
using System.Text;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Storage.Tests;

public sealed class CrashTests
{
    [Fact]
    public async Task A_daemon_killed_at_any_moment_leaves_what_it_acknowledged_and_nothing_half_made()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(60));
        var cancellation = stop.Token;
        var root = Directory.CreateTempSubdirectory("davit-crash-").FullName;
        try
        {
            var acknowledged = new HashSet<int>();

            // each round is killed after another number of acknowledgements, at whatever write is then under way
            for (var round = 0; round < 8; round++)
            {
                foreach (var number in await RunUntilKilledAsync(root, 3 + (round * 7), cancellation)) acknowledged.Add(number);
                await using var store = Store.Open(new Instance { Name = "crash", DataRoot = root + "/data", RunRoot = root + "/run" }, TimeProvider.System);
                var numbers = store.Documents.LoadAll("numbers");
                foreach (var number in acknowledged)
                {
                    var chain = Digest.Parse(Encoding.UTF8.GetString(numbers[$"{number}"]));
                    Assert.NotNull(store.Layers.Find(chain));
                    Assert.NotNull(store.Layers.FindRootFs($"c{number}"));
                    Assert.True(store.Content.Contains(Digest.Sha256(CrashChild.Blob(number))));
                }

                var report = await store.CheckAsync(repair: false, cancellation);
                Assert.Empty(report.Findings);
            }

            Assert.True(acknowledged.Count > 100, $"{acknowledged.Count} acknowledged");
        }
        finally
        {
            DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, root);
        }
    }

    private static async Task<List<int>> RunUntilKilledAsync(string root, int lines, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(CrashTests).Assembly.Location, null)) { RedirectStandardOutput = true, Environment = { [CrashChild.Variable] = root } };
        using var process = Process.Start(start)!;
        var numbers = new List<int>();
        try
        {
            while (numbers.Count < lines && await process.StandardOutput.ReadLineAsync(cancellation) is { } line) numbers.Add(int.Parse(line));
            process.Kill();

            // what it said before the kill counts
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line) numbers.Add(int.Parse(line));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        Assert.True(numbers.Count >= lines, "the child ended by itself");
        return numbers;
    }
}
