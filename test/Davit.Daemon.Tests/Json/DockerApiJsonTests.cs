using System.Text.Json;
using Davit.DockerApi;
using Davit.DockerApi.Containers;

namespace Davit.Daemon.Tests.Json;

public sealed class DockerApiJsonTests
{
    [Fact]
    public void Create_request_reads_names_in_any_case_and_ignores_unknown_fields()
    {
        var request = JsonSerializer.Deserialize("""{"image":"busybox","CMD":["a","b"],"Nonsense":{"x":1},"HostConfig":{"memory":5}}""", DockerApiJson.Default.CreateContainerRequest)!;

        Assert.Equal("busybox", request.Image);
        Assert.Equal(["a", "b"], request.Cmd!);
        Assert.Equal(5, request.HostConfig!.Memory);
    }

    [Fact]
    public void Missing_fields_keep_their_defaults()
    {
        var request = JsonSerializer.Deserialize("{}", DockerApiJson.Default.CreateContainerRequest)!;

        Assert.Equal("", request.Image);
        Assert.Null(request.Cmd);
    }

    [Fact]
    public void Command_may_be_one_string()
    {
        var request = JsonSerializer.Deserialize("""{"Cmd":"ls -l","Entrypoint":null}""", DockerApiJson.Default.CreateContainerRequest)!;

        Assert.Equal(["ls -l"], request.Cmd!);
        Assert.Null(request.Entrypoint);
    }

    [Fact]
    public void Null_reads_as_zero_where_Go_has_a_plain_value()
    {
        var host = JsonSerializer.Deserialize("""{"Memory":null,"Privileged":null,"NetworkMode":null,"BlkioWeight":null,"PidsLimit":null,"OomKillDisable":null}""", DockerApiJson.Default.HostConfig)!;

        Assert.Equal(0, host.Memory);
        Assert.False(host.Privileged);
        Assert.Equal("", host.NetworkMode);
        Assert.Null(host.PidsLimit);
        Assert.Null(host.OomKillDisable);
    }

    [Fact]
    public void Null_empty_and_omitted_are_told_apart_on_the_way_out()
    {
        var text = JsonSerializer.Serialize(new HostConfig { CapAdd = null, Dns = [] }, DockerApiJson.Default.HostConfig);

        Assert.Contains("\"CapAdd\":null", text, StringComparison.Ordinal);
        Assert.Contains("\"Dns\":[]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Init\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Sysctls\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_written_without_trailing_zeros()
    {
        Assert.Equal("2026-11-24T02:49:53.17Z", Timestamp.Format(new DateTimeOffset(2026, 11, 24, 2, 49, 53, 170, TimeSpan.Zero)));
        Assert.Equal("2026-11-24T02:49:53Z", Timestamp.Format(new DateTimeOffset(2026, 11, 24, 2, 49, 53, TimeSpan.Zero)));
        Assert.Equal(Timestamp.Never, Timestamp.Format(null));
        Assert.Null(Timestamp.Parse(Timestamp.Never));
    }
}
