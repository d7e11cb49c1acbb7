using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Gives a container another name.</summary>
    /// <exception cref="DavitException">InvalidArgument: no name, or its own; Conflict: taken.</exception>
    public async Task RenameAsync(string idOrName, string newName, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        if (newName.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "Neither old nor new names may be empty");
        var name = Allocating(() => ContainerName.Check(newName));
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            if (model.Name == name) throw new DavitException(ErrorKind.InvalidArgument, "Renaming a container with the same name as its current name");
            Allocating(() =>
            {
                _table.TakeName(name, container.Id);
                return name;
            });
            try
            {
                await SetAsync(container, model with { Name = name }, cancellation).ConfigureAwait(false);
            }
            catch
            {
                container.Model = model;
                _table.FreeName(name, container.Id);
                throw;
            }

            _table.FreeName(model.Name, container.Id);
            _services.Networks.Rename(container.Id, model.Name, name);
            Publish(container, "rename", ("oldName", model.SlashName));
        }
    }

    private static string Allocating(Func<string> name)
    {
        try
        {
            return name();
        }
        catch (DavitException error)
        {
            throw new DavitException(error.Kind, $"Error when allocating new name: {error.Message}", error.Hint, error);
        }
    }
}
