using Davit.Daemon.Http;

namespace Davit.Daemon.Tests.Http;

public sealed class RouteTableTests
{
    private static readonly RouteTable Routes = new RouteTable()
        .Get("/images/json", _ => Task.CompletedTask)
        .Get("/images/{name*}/json", _ => Task.CompletedTask)
        .Delete("/images/{name*}", _ => Task.CompletedTask)
        .Get("/containers/{id}/json", _ => Task.CompletedTask);

    [Theory]
    [InlineData("GET", "/images/busybox/json", "busybox")]
    [InlineData("GET", "/images/127.0.0.1:5000/a/b:c/json", "127.0.0.1:5000/a/b:c")]
    [InlineData("GET", "/images/a%2Fb/json", "a/b")]
    [InlineData("DELETE", "/images/a/b/json", "a/b/json")]
    public void Image_names_may_have_slashes(string method, string path, string name) => Assert.Equal(name, Routes.Find(method, path)!.Value.Parts["name"]);

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/images")]
    [InlineData("GET", "/containers/json")]
    [InlineData("GET", "/containers//json")]
    [InlineData("POST", "/images/json")]
    [InlineData("GET", "/containers/a/json/more")]
    public void Anything_else_is_no_route(string method, string path) => Assert.Null(Routes.Find(method, path));
}
