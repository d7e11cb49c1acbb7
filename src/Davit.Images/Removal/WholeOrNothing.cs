using System.Runtime.ExceptionServices;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Leases;

namespace Davit.Images.Removal;

/// <summary>Runs what makes blobs and layers. When it fails, nothing of what it held stays but what something else needs.</summary>
internal sealed class WholeOrNothing(LeaseBook leases, Leftover leftover)
{
    /// <param name="operation">Holds all that it makes by its lease.</param>
    /// <param name="resumable">Failures after which what has arrived stays, so that the next attempt goes on there.</param>
    internal async Task<T> RunAsync<T>(Func<Lease, Task<T>> operation, Func<Exception, bool>? resumable = null)
    {
        IReadOnlyList<Digest> made;
        ExceptionDispatchInfo failure;
        using (var lease = leases.Begin())
        {
            try
            {
                return await operation(lease).ConfigureAwait(false);
            }
            catch (Exception problem) when (resumable is null || !resumable(problem))
            {
                (made, failure) = (lease.Held, ExceptionDispatchInfo.Capture(problem));
            }
        }

        try
        {
            await leftover.DropAsync(made).ConfigureAwait(false);
        }
        catch (DavitException)
        {
            // the first failure is the one to tell; the next start collects what could not be removed now
        }

        failure.Throw();
        throw failure.SourceException;
    }
}
