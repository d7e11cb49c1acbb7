using System.Security.Cryptography;
using System.Text;

namespace Davit.Integration.Tests;

/// <summary>What goes in comes out, whole, whoever ends first.</summary>
public class StreamTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private const string Word = "0123456789abcdef\n";

    [Fact]
    public Task Eight_short_outputs_are_whole() => ShortOutputs(8);

    [Fact]
    [Trait("Ring", "soak")]
    public Task Two_hundred_short_outputs_are_whole() => ShortOutputs(200);

    [Fact]
    public async Task Eight_megabytes_of_output_are_whole() => Assert.Equal(Expected(8 << 20), await Through(8 << 20));

    [Fact]
    [Trait("Ring", "soak")]
    public async Task Two_hundred_megabytes_of_output_are_whole() => Assert.Equal(Expected(200 << 20), await Through(200 << 20));

    [Fact]
    public async Task Attach_to_what_does_not_run_says_so()
    {
        var name = Unique("off");
        await Docker("create", "--name", name, "busybox", "true");
        Assert.Contains("cannot attach to a stopped container, start it first", await Fails(1, "attach", name), StringComparison.Ordinal);
    }

    private async Task ShortOutputs(int times)
    {
        var loop = await Daemon.ScriptAsync($"for i in $(seq {times}); do [ \"$(docker run --rm --network none busybox echo $i)\" = $i ] || echo lost $i; done", TimeSpan.FromMinutes(10));
        Assert.Equal("", loop.Succeeded().Text);
    }

    private async Task<string> Through(int bytes)
    {
        var sum = await Daemon.ScriptAsync($"docker run --rm --network none --log-driver none busybox sh -c 'yes {Word.TrimEnd()} | head -c {bytes}' | sha256sum", TimeSpan.FromMinutes(5));
        return sum.Succeeded().Text.Split(' ')[0];
    }

    private static string Expected(int bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var word = Encoding.ASCII.GetBytes(Word);
        var block = Enumerable.Repeat(word, 1 << 12).SelectMany(part => part).ToArray();
        var left = bytes;
        for (; left >= block.Length; left -= block.Length) hash.AppendData(block);
        hash.AppendData(block, 0, left);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
