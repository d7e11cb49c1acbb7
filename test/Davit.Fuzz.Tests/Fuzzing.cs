using System.Diagnostics;
using System.Text;
using Davit.Primitives;

namespace Davit.Fuzz.Tests;

/// <summary>Gives a reader one mutation after the other, within a number of them and a time.</summary>
internal static class Fuzzing
{
    /// <summary>Longest that one input may take; far above what the slowest takes on a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Same inputs every time, unless <c>DAVIT_FUZZ_SEED</c> says otherwise.</summary>
    private static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("DAVIT_FUZZ_SEED"), out var seed) ? seed : 20_261_128;

    /// <summary>Runs; the input that was at work when the process died lies in the temporary directory under <c>davit-fuzz-NAME</c>.</summary>
    /// <param name="name">Of the reader.</param>
    /// <param name="bounds">How many inputs, and how long.</param>
    /// <param name="corpus">Good and bad input to start from.</param>
    /// <param name="words">Words of the language.</param>
    /// <param name="read">The reader: returns, or throws a <see cref="DavitException"/>.</param>
    public static void Run(string name, Bounds bounds, IEnumerable<string> corpus, IEnumerable<string> words, Action<byte[]> read) =>
        Run(name, bounds, [.. corpus.Select(Encoding.UTF8.GetBytes)], words, read);

    /// <inheritdoc cref="Run(string, Bounds, IEnumerable{string}, IEnumerable{string}, Action{byte[]})"/>
    public static void Run(string name, Bounds bounds, IReadOnlyList<byte[]> corpus, IEnumerable<string> words, Action<byte[]> read)
    {
        var mutator = new Mutator(new Random(Seed), corpus, [.. words.Select(Encoding.UTF8.GetBytes)]);
        var path = Path.Combine(Path.GetTempPath(), $"davit-fuzz-{name}-{Environment.ProcessId}");
        var clock = Stopwatch.StartNew();
        var done = 0;
        var refused = 0;
        byte[] current = [];
        // a thread of its own, so that an input without end is told and not waited for
        var work = Task.Factory.StartNew(
            () =>
            {
                using var file = File.Create(path);
                for (; done < bounds.Inputs && clock.Elapsed < bounds.Time; done++)
                {
                    current = done < corpus.Count ? corpus[done] : mutator.Next();
                    file.SetLength(0);
                    file.Write(current);
                    file.Flush();
                    try
                    {
                        read(current);
                    }
                    catch (DavitException)
                    {
                        refused++;
                    }
                    catch (Exception e)
                    {
                        throw new InvalidOperationException($"{name}: input {done} of seed {Seed} ended in {e.GetType().Name}: {e.Message}\n{Show(current)}", e);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (var seen = -1; !work.Wait(Patience); seen = done)
        {
            if (seen == done) Assert.Fail($"{name}: no end of input {done} of seed {Seed} within {Patience}, kept in {path}:\n{Show(current)}");
        }

        File.Delete(path);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: seed {Seed}, {done} inputs, {refused} refused, {clock.Elapsed.TotalSeconds:F1} s");
        Assert.True(done >= Math.Min(bounds.Inputs, corpus.Count), $"{name}: only {done} inputs in {clock.Elapsed}");
    }

    private static string Show(byte[] input) => Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4096)));
}
