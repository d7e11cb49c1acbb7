using Davit.Images.Catalog;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Images.Removal;

/// <summary>Removes names and images by the rules of <c>docker rmi</c>.</summary>
internal sealed class ImageRemove(ImageCatalog catalog, Leftover leftover, Action<string, string, string> changed)
{
    internal async Task<IReadOnlyList<ImageRemoval>> RunAsync(string nameOrId, bool force, bool prune, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation)
    {
        var removals = new List<ImageRemoval>();
        var image = ImageLookup.Require(catalog.State, nameOrId);
        var names = catalog.State.NamesOf(image.Id);
        var quiet = false;
        if (ImageLookup.IsName(catalog.State, nameOrId))
        {
            if (!force && IsSingle(names) && users(image.Id) is [var user, ..])
            {
                throw new DavitException(ErrorKind.Conflict, $"conflict: unable to remove repository reference \"{nameOrId}\" (must force) - container {Short(user)} is using its referenced image {image.Id.Short}");
            }

            var given = Reference.Parse(nameOrId);
            var name = given.Digest is { } digest ? given.WithDigest(digest) : given;

            // without a tag of the repository its pinned names go too
            var last = name.Digest is null && !names.Any(n => n != name && n.Digest is null && n.Name == name.Name);
            IReadOnlyList<Reference> going = last ? [name, .. names.Where(n => n != name && n.Name == name.Name)] : [name];
            if (going.Count < names.Count || ConflictOf(image.Id, force, false, users) is not null)
            {
                await UntagAsync(image.Id, going, removals, cancellation).ConfigureAwait(false);
                if (going.Count < names.Count) return removals;
            }

            quiet = true;
        }

        await DeleteAsync(image.Id, force, prune, quiet, users, removals, namesCount: !quiet && !IsSingle(names)).ConfigureAwait(false);
        return removals;
    }

    /// <summary>Deletes an image, its last names, and (on request) the untagged images that it was made from.</summary>
    /// <returns>Bytes freed.</returns>
    internal async Task<long> DeleteAsync(Digest id, bool force, bool prune, bool quiet, Func<Digest, IReadOnlyList<ImageUser>> users, List<ImageRemoval> removals, bool namesCount = true)
    {
        long bytes = 0;
        for (Digest? at = id; at is { } current; (at, force, quiet, namesCount) = (prune ? at : null, false, true, true))
        {
            if (!catalog.State.Images.TryGetValue(current, out var image)) break;
            if (ConflictOf(current, force, namesCount, users) is { } conflict)
            {
                var dangling = catalog.State.NamesOf(current).Count == 0 && !catalog.State.HasChildren(current);
                if (quiet && (!dangling || conflict.Used)) break;
                throw conflict.Error;
            }

            // names and image in one change, which on a full disk frees more than it writes
            IReadOnlyList<Reference> names = [];
            await catalog.ChangeAsync(
                state =>
                {
                    if (!state.Images.TryGetValue(current, out var now)) return state;
                    names = state.NamesOf(current);
                    return state.Without(now);
                },
                CancellationToken.None).ConfigureAwait(false);
            Report(current, names, removals);
            changed("delete", current.ToString(), current.ToString());
            removals.Add(new(null, current.ToString()));
            var (layers, freed) = await leftover.RemoveAsync([image]).ConfigureAwait(false);
            removals.AddRange(layers.Select(l => new ImageRemoval(null, l.ToString())));
            bytes += freed;
            at = image.Parent;
        }

        return bytes;
    }

    /// <summary>At most one tag, and pinned names of that repository alone.</summary>
    private static bool IsSingle(IReadOnlyList<Reference> names)
    {
        if (names.Count <= 1) return true;
        var tags = names.Where(n => n.Digest is null).ToList();
        if (tags.Count > 1) return false;
        var pinned = names.Where(n => n.Digest is not null).Select(n => n.Name).Distinct().ToList();
        return pinned.Count == 1 && pinned[0] == (tags.Count == 1 ? tags[0] : names[0]).Name;
    }

    private async Task UntagAsync(Digest id, IReadOnlyList<Reference> names, List<ImageRemoval> removals, CancellationToken cancellation)
    {
        if (names.Count == 0) return;
        await catalog.ChangeAsync(state => names.Aggregate(state, (s, name) => s.Untag(name)), cancellation).ConfigureAwait(false);
        Report(id, names, removals);
    }

    private void Report(Digest id, IReadOnlyList<Reference> names, List<ImageRemoval> removals)
    {
        foreach (var name in names)
        {
            removals.Add(new(name.Familiar, null));
            changed("untag", id.ToString(), name.Familiar);
        }
    }

    private Conflict? ConflictOf(Digest id, bool force, bool namesCount, Func<Digest, IReadOnlyList<ImageUser>> users)
    {
        if (catalog.State.HasChildren(id)) return Of(id, hard: true, used: false, "image has dependent child images");
        var all = users(id);
        if (all.FirstOrDefault(u => u.Running) is { } running) return Of(id, hard: true, used: true, $"image is being used by running container {Short(running)}");
        if (force) return null;
        if (namesCount && catalog.State.NamesOf(id).Count > 0) return Of(id, hard: false, used: false, "image is referenced in multiple repositories");
        return all is [var stopped, ..] ? Of(id, hard: false, used: true, $"image is being used by stopped container {Short(stopped)}") : null;
    }

    private static Conflict Of(Digest id, bool hard, bool used, string why) =>
        new(used, new DavitException(ErrorKind.Conflict, $"conflict: unable to delete {id.Short} ({(hard ? "cannot be forced" : "must be forced")}) - {why}"));

    private static string Short(ImageUser user) => user.ContainerId.Length > 12 ? user.ContainerId[..12] : user.ContainerId;

    private sealed record Conflict(bool Used, DavitException Error);
}
