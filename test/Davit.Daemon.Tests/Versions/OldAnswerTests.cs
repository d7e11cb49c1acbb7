using System.Text.Json;
using Davit.Daemon.Http;
using Davit.Daemon.Versions;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.DockerApi.Host;
using Davit.DockerApi.Images;

namespace Davit.Daemon.Tests.Versions;

/// <summary>Answers for older clients. What is expected was read from Docker 28, asked in each version.</summary>
public class OldAnswerTests
{
    [Theory]
    [InlineData(51, false, false, false)]
    [InlineData(49, true, false, false)]
    [InlineData(44, true, true, false)]
    [InlineData(43, true, true, true)]
    public void Image(int minor, bool flags, bool containerConfig, bool virtualSize)
    {
        var root = Read(JsonSerializer.SerializeToUtf8Bytes(new ImageInspect { Size = 7, Config = new() }, DockerApiJson.Default.ImageInspect), typeof(ImageInspect), minor);

        Assert.Equal(flags, root.GetProperty("Config").TryGetProperty("AttachStdin", out _));
        Assert.Equal(flags, root.GetProperty("Config").TryGetProperty("Hostname", out _));
        Assert.Equal(containerConfig, root.TryGetProperty("ContainerConfig", out _));
        Assert.Equal(virtualSize, root.TryGetProperty("VirtualSize", out var size) && size.GetInt64() == 7);
    }

    [Theory]
    [InlineData(45, "a")]
    [InlineData(44, "a,0123456789ab,host")]
    public void Aliases_have_the_short_id_in_old_versions(int minor, string aliases)
    {
        var inspect = new ContainerInspect
        {
            Id = "0123456789abcdef",
            Config = new() { Hostname = "host" },
            NetworkSettings = new()
            {
                Networks = new Dictionary<string, EndpointSettings> { ["own"] = new() { Aliases = ["a"], DNSNames = ["a", "b"] }, ["bridge"] = new() },
            },
        };
        var networks = Read(JsonSerializer.SerializeToUtf8Bytes(inspect, DockerApiJson.Default.ContainerInspect), typeof(ContainerInspect), minor).GetProperty("NetworkSettings").GetProperty("Networks");

        Assert.Equal(aliases, string.Join(',', networks.GetProperty("own").GetProperty("Aliases").EnumerateArray().Select(alias => alias.GetString())));
        Assert.Equal(JsonValueKind.Null, networks.GetProperty("bridge").GetProperty("Aliases").ValueKind);
    }

    [Theory]
    [InlineData(51, false, true, false, false)]
    [InlineData(49, true, true, false, false)]
    [InlineData(48, true, false, false, false)]
    [InlineData(47, true, false, true, false)]
    [InlineData(46, true, false, true, true)]
    public void Info(int minor, bool bridge, bool firewall, bool expected, bool artifacts)
    {
        var info = new SystemInfo { FirewallBackend = new() { Driver = "nftables" }, RuncCommit = new() { ID = "x" }, RegistryConfig = new() };
        var root = Read(JsonSerializer.SerializeToUtf8Bytes(info, DockerApiJson.Default.SystemInfo), typeof(SystemInfo), minor);

        Assert.Equal(bridge, root.TryGetProperty("BridgeNfIptables", out _));
        Assert.Equal(firewall, root.TryGetProperty("FirewallBackend", out _));
        Assert.Equal(expected, root.GetProperty("RuncCommit").TryGetProperty("Expected", out _));
        Assert.Equal(artifacts, root.GetProperty("RegistryConfig").TryGetProperty("AllowNondistributableArtifactsCIDRs", out _));
    }

    private static JsonElement Read(byte[] json, Type answer, int minor)
    {
        var client = new ApiVersion(minor);
        return JsonDocument.Parse(OldAnswer.Differs(answer, client) ? OldAnswer.Rewrite(json, answer, client) : json).RootElement;
    }
}
