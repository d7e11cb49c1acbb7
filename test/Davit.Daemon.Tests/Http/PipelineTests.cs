using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.Primitives;

namespace Davit.Daemon.Tests.Http;

public sealed class PipelineTests(PipelineTests.Server fixture) : IClassFixture<PipelineTests.Server>
{
    /// <summary>One server for all tests: starting one costs more than all that they ask.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal ApiServer Api { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Api = await ApiServer.StartAsync(new RouteTable()
            .Get("/info", request => request.EmptyAsync(200))
            .Get("/version-seen", request => request.WriteAsync([request.Version.ToString()], DockerApiJson.Default.StringArray))
            .Get("/fail/{kind}", request => throw new DavitException(Enum.Parse<ErrorKind>(request["kind"]), "it failed", "do that"))
            .Post("/create", async request => await request.ReadAsync(DockerApiJson.Default.CreateContainerRequest))
            .Post("/early", request => ProgressWriter.RunAsync(request, (_, _) => throw new DavitException(ErrorKind.NotFound, "no such thing")))
            .Post("/late", request => ProgressWriter.RunAsync(request, async (progress, _) =>
            {
                progress.Report(new ProgressEvent { Id = "abc", Status = "Downloading", Current = 5, Total = 10 });
                await request.Context.Response.StartAsync(CancellationToken.None);
                throw new DavitException(ErrorKind.InvalidArgument, "it broke") { Data = { ["ExitCode"] = 3 } };
            }))
            .Get("/flag", request => request.WriteAsync([request.Flag("f") ? "on" : "off"], DockerApiJson.Default.StringArray)));

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1.23/info", 400, "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v1.52/info", 400, "client version 1.52 is too new. Maximum supported API version is 1.51")]
    [InlineData("/v2.0/info", 400, "client version 2.0 is too new. Maximum supported API version is 1.51")]
    [InlineData("/vx/info", 404, "page not found")]
    [InlineData("/nosuch", 404, "page not found")]
    [InlineData("/v1.51", 404, "page not found")]
    public async Task Version_or_route_is_refused_with_Dockers_text(string path, int status, string message)
    {
        var answer = await fixture.Api.GetAsync(path);

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Contains($$"""{"message":"{{message}}"}""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/version-seen", "1.51")]
    [InlineData("/v1.24/version-seen", "1.24")]
    [InlineData("/v1.51/version-seen", "1.51")]
    public async Task Handler_knows_the_clients_version(string path, string version)
    {
        Assert.EndsWith($"[\"{version}\"]\n", await fixture.Api.GetAsync(path), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await fixture.Api.GetAsync(path, "HEAD"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await fixture.Api.GetAsync(path, "PUT"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorKind.NotFound, 404)]
    [InlineData(ErrorKind.InvalidArgument, 400)]
    [InlineData(ErrorKind.AlreadyExists, 409)]
    [InlineData(ErrorKind.Conflict, 409)]
    [InlineData(ErrorKind.Unauthorized, 401)]
    [InlineData(ErrorKind.Forbidden, 403)]
    [InlineData(ErrorKind.NotImplemented, 501)]
    [InlineData(ErrorKind.Unavailable, 503)]
    [InlineData(ErrorKind.FailedPrecondition, 412)]
    [InlineData(ErrorKind.DataLoss, 500)]
    [InlineData(ErrorKind.Internal, 500)]
    [InlineData(ErrorKind.DeadlineExceeded, 504)]
    public async Task Kind_of_an_error_decides_the_status(ErrorKind kind, int status)
    {
        var answer = await fixture.Api.GetAsync($"/fail/{kind}");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("""{"message":"it failed","hint":"do that"}""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_modified_has_no_body()
    {
        var answer = await fixture.Api.GetAsync("/fail/NotModified");

        Assert.StartsWith("HTTP/1.1 304", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("it failed", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "invalid JSON: unexpected EOF")]
    [InlineData("", "invalid JSON: got EOF while reading request body")]
    [InlineData("  ", "invalid JSON: got EOF while reading request body")]
    [InlineData("x", "invalid JSON: invalid character 'x' at byte 1")]
    [InlineData("""{"Image":1}""", "invalid JSON: cannot unmarshal number into field .Image")]
    [InlineData("""{"HostConfig":{"Memory":"many"}}""", "invalid JSON: cannot unmarshal string into field .HostConfig.Memory")]
    [InlineData("""{"Image":"a"} x""", "unexpected content after JSON")]
    public async Task Malformed_body_is_refused_and_says_where(string body, string message)
    {
        var answer = await fixture.Api.PostAsync("/create", body);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains($$"""{"message":"{{message}}"}""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_of_another_media_type_is_refused()
    {
        Assert.Contains("unsupported Content-Type header (text/plain): must be 'application/json'", await fixture.Api.PostAsync("/create", "{}", "text/plain"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_that_fails_before_its_first_line_has_a_status() =>
        Assert.StartsWith("HTTP/1.1 404", await fixture.Api.PostAsync("/early", ""), StringComparison.Ordinal);

    [Fact]
    public async Task Progress_that_fails_later_ends_with_an_error_line()
    {
        var answer = await fixture.Api.PostAsync("/late", "");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10}", answer, StringComparison.Ordinal);
        Assert.Contains("""{"errorDetail":{"code":3,"message":"it broke"},"error":"it broke"}""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "on")]
    [InlineData("true", "on")]
    [InlineData("yes", "on")]
    [InlineData("0", "off")]
    [InlineData("false", "off")]
    [InlineData("no", "off")]
    [InlineData("None", "off")]
    [InlineData("", "off")]
    public async Task Flags_are_read_as_Docker_reads_them(string text, string value) =>
        Assert.EndsWith($"[\"{value}\"]\n", await fixture.Api.GetAsync("/flag?f=" + text), StringComparison.Ordinal);
}
