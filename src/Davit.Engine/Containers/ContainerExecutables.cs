using System.Text.RegularExpressions;
using Davit.Engine.Containers.Model;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Adds to the error of a program that could not be executed what is wrong with its file.</summary>
    internal DavitException ExplainExecution(ContainerModel model, DavitException failure)
    {
        if (ExecFailure().Match(failure.Message) is not { Success: true } match || _services.Layers.FindRootFs(model.Id) is not { } rootFs) return failure;
        var why = ExecutableFile.Explain(match.Groups[1].Value, path =>
        {
            var mount = model.Mounts.Where(m => path == m.Destination || path.StartsWith(m.Destination.TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(m => m.Destination.Length);
            if (mount is null) return (true, _services.Layers.TryReadHead(rootFs, path, ExecutableFile.HeadLength));
            return mount.Source.Length == 0 ? (false, null) : ExecutableHead.Read(mount.Source, path[mount.Destination.TrimEnd('/').Length..]);
        });
        return why is var (_, text) ? new DavitException(failure.Kind, $"{failure.Message}: {text}", failure.Hint, failure) : failure;
    }

    /// <inheritdoc cref="ExplainExecution(ContainerModel, DavitException)"/>
    internal DavitException ExplainExecution(string containerId, DavitException failure) => _table.Find(containerId) is { } container ? ExplainExecution(container.Model, failure) : failure;

    [GeneratedRegex(@"exec (/[^:]+): (?:no such file or directory|exec format error)$")]
    private static partial Regex ExecFailure();
}
