using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Routes of a swarm answer as a node that is in none; there are no plug-ins.</summary>
internal static class SwarmEndpoints
{
    public static void Map(RouteTable routes)
    {
        string[] nouns = ["nodes", "services", "tasks", "secrets", "configs"];
        foreach (var noun in nouns)
        {
            foreach (var method in (string[])["GET", "POST", "DELETE"])
            {
                routes.Map(method, $"/{noun}", NotAManager).Map(method, $"/{noun}/{{rest*}}", NotAManager);
            }
        }

        routes.Get("/swarm", NotAManager).Get("/swarm/unlockkey", NotAManager).Post("/swarm/update", NotAManager)
            .Post("/swarm/leave", _ => throw new DavitException(ErrorKind.Unavailable, "This node is not part of a swarm"))
            .Post("/swarm/init", NotOffered).Post("/swarm/join", NotOffered).Post("/swarm/unlock", NotAManager)
            .Get("/plugins", request => request.WriteAsync([], DockerApiJson.Default.ListOfPlugin))
            .Get("/plugins/{name*}/json", request => throw new DavitException(ErrorKind.NotFound, $"plugin \"{request["name"]}\" not found"));
    }

    private static Task NotAManager(ApiRequest request) => throw new DavitException(ErrorKind.Unavailable,
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.");

    private static Task NotOffered(ApiRequest request) => throw new DavitException(ErrorKind.NotImplemented,
        "this engine has no swarm mode", "past one machine Davit runs under Kubernetes");
}
