using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Spec;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    private Func<string, IReadOnlyList<string>> _execIds = static _ => [];

    /// <summary>Lets inspect show the execs of a container.</summary>
    internal void ShowExecs(Func<string, IReadOnlyList<string>> execIds) => _execIds = execIds;

    /// <summary>A container in which something can run now.</summary>
    internal Container RequireRunning(string idOrName, string verb)
    {
        var container = _table.Get(idOrName);
        var state = container.Model.State;
        if (state.Paused) throw new DavitException(ErrorKind.Conflict, $"Container {idOrName} is paused, unpause the container before {verb}");
        if (state.Restarting) throw new DavitException(ErrorKind.Conflict, $"container {container.Id} is restarting, wait until the container is running");
        if (container.Running is null) throw NotRunning(container);
        return container;
    }

    /// <summary>Refuses a user that the container does not know.</summary>
    internal void CheckUser(Container container, string user)
    {
        if (user.Length == 0) return;
        var rootFs = _services.Layers.FindRootFs(container.Id)!;
        UserResolution.Resolve(user, [], path => _services.Layers.TryReadFile(rootFs, path));
    }

    /// <summary>The process of an exec.</summary>
    internal ProcessSpec ExecProcess(Container container, ExecCreateRequest request)
    {
        var model = container.Model;
        var rootFs = _services.Layers.FindRootFs(model.Id)!;
        var user = UserResolution.Resolve(request.User.Length > 0 ? request.User : model.Config.User, request.User.Length > 0 ? [] : model.HostConfig.GroupAdd ?? [], path => _services.Layers.TryReadFile(rootFs, path));
        return ContainerSpecs.Exec(model, _services.Options, request, user, model.Config.Hostname, LinkVariables(model, RequireLinked(model)), _services.Options.AppArmorProfile);
    }

    /// <summary>Tells that a process will be started soon.</summary>
    internal void ExpectStart() => _services.Runner.Expect();

    /// <summary>Publishes an event of an exec.</summary>
    internal void PublishExec(string containerId, string action, string execId, int? exitCode)
    {
        if (_table.Find(containerId) is not { } container) return;
        if (exitCode is { } code) Publish(container, action, ("execID", execId), ("exitCode", code.ToString()));
        else Publish(container, action, ("execID", execId));
    }

    private IReadOnlyList<string>? ExecIdsOf(string id) => _execIds(id) is { Count: > 0 } ids ? ids : null;
}
