using Davit.RegistryClient.Auth;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Tests;

public sealed class ChallengeTests
{
    [Fact]
    public void Headers_with_several_challenges_quotes_and_spaces_are_read()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", "Basic realm=\"a \\\"b\\\", c\", Bearer realm=https://x/t ,service = \"s,1\", scope=\"repository:a:pull,push\"");
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", "Negotiate");
        var all = Challenge.ReadAll(response.Headers);
        Assert.Equal(["basic", "bearer", "negotiate"], all.Select(c => c.Scheme));
        Assert.Equal("a \"b\", c", all[0]["realm"]);
        Assert.Equal(("https://x/t", "s,1", "repository:a:pull,push"), (all[1]["realm"], all[1]["service"], all[1]["scope"]));
    }

    [Theory]
    [InlineData("=")]
    [InlineData("Bearer realm=\"open")]
    [InlineData(",,,")]
    [InlineData("Bearer =x,,=")]
    public void Nonsense_ends(string header)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", header);
        Assert.True(Challenge.ReadAll(response.Headers).Count <= 2);
    }

    [Theory]
    [InlineData("127.0.0.1", 5000, true)]
    [InlineData("127.9.9.9", 80, true)]
    [InlineData("::1", 80, true)]
    [InlineData("localhost", 80, true)]
    [InlineData("10.1.2.3", 80, true)]
    [InlineData("11.1.2.3", 80, false)]
    [InlineData("reg.lan", 5000, true)]
    [InlineData("reg.lan", 5001, false)]
    [InlineData("any.lan", 1, true)]
    public void Insecure_are_loopback_and_what_is_listed(string host, int port, bool insecure) =>
        Assert.Equal(insecure, new HostRules(["10.0.0.0/8", "reg.lan:5000", "any.lan"]).IsInsecure(host, port));

    [Fact]
    public void Waits_double_with_jitter_and_obey_the_registry_within_limits()
    {
        var policy = new RetryPolicy(new(), TimeProvider.System);
        for (var attempt = 1; attempt < 5; attempt++)
        {
            var expected = 250 * Math.Pow(2, attempt - 1);
            Assert.InRange(policy.Delay(attempt, null).TotalMilliseconds, expected * 0.8, expected * 1.2);
        }

        Assert.Equal(TimeSpan.FromSeconds(7), policy.Delay(1, TimeSpan.FromSeconds(7)));
        Assert.Equal(TimeSpan.FromSeconds(30), policy.Delay(1, TimeSpan.FromHours(7)));
        Assert.Equal(TimeSpan.FromSeconds(30), policy.Delay(50, null));
    }
}
