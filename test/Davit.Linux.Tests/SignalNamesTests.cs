using Davit.Linux.Signals;

namespace Davit.Linux.Tests;

public sealed class SignalNamesTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("SIGTERM", 15)]
    [InlineData("sigkill", 9)]
    [InlineData("9", 9)]
    [InlineData("64", 64)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("WINCH", 28)]
    [InlineData("CLD", 17)]
    public void Name_of_a_signal_is_read(string text, int expected)
    {
        Assert.True(SignalNames.TryParse(text, out var signal));
        Assert.Equal(expected, signal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMAX-31")]
    [InlineData("NOPE")]
    public void What_is_no_signal_is_refused(string text) => Assert.False(SignalNames.TryParse(text, out _));

    [Fact]
    public void Every_number_has_a_name_that_reads_back()
    {
        for (var signal = 1; signal <= 64; signal++)
        {
            Assert.True(SignalNames.TryParse(SignalNames.Name(signal), out var back));
            Assert.Equal(signal, back);
        }
    }
}
