using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Spec;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Changes limits and restart policy, at once when it runs. What is zero or empty stays.</summary>
    /// <returns>Warnings.</returns>
    /// <exception cref="DavitException">InvalidArgument; Conflict: being removed.</exception>
    public async Task<IReadOnlyList<string>> UpdateAsync(string idOrName, ContainerUpdateRequest request, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            if (model.State.RemovalInProgress || model.State.Dead) throw Cannot(container, "container is marked for removal and cannot be \"update\"");
            var host = Merge(container, model.HostConfig, request);
            HostConfigValidation.Validate(model.Config, host);
            if (container.Running is not null)
            {
                var limits = ResourceSpecs.Make(host, devices: null);
                try
                {
                    _services.Resources.Update(CgroupOf(model), limits);
                }
                catch (DavitException error)
                {
                    throw new DavitException(error.Kind, $"Cannot update container {container.Id}: {error.Message}", error.Hint, error);
                }
            }

            await SetAsync(container, model with { HostConfig = host }, cancellation).ConfigureAwait(false);
            if (model.State.Restarting && host.RestartPolicy?.Name is "no") CancelRestart(container);
            Publish(container, "update");
            return [];
        }
    }

    private static HostConfig Merge(Container container, HostConfig host, ContainerUpdateRequest request)
    {
        if (request.Devices is { Count: > 0 } || request.DeviceCgroupRules is { Count: > 0 } || request.DeviceRequests is { Count: > 0 } || request.Ulimits is { Count: > 0 } || request.CgroupParent.Length > 0)
        {
            throw Cannot(container, "devices, ulimits and the cgroup parent can't be changed after the creation");
        }

        if (host.AutoRemove && request.RestartPolicy is { Name: not ("" or "no") }) throw Cannot(container, "Restart policy cannot be updated because AutoRemove is enabled for the container");
        if (request.NanoCpus > 0 && (host.CpuPeriod > 0 || host.CpuQuota > 0)) throw new DavitException(ErrorKind.InvalidArgument, "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
        if ((request.CpuPeriod > 0 || request.CpuQuota > 0) && host.NanoCpus > 0) throw new DavitException(ErrorKind.InvalidArgument, "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set");
        if (request.Memory > 0 && request.MemorySwap == 0 && host.MemorySwap > 0 && request.Memory > host.MemorySwap)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
        }

        return host with
        {
            CpuShares = Or(request.CpuShares, host.CpuShares),
            Memory = Or(request.Memory, host.Memory),
            NanoCpus = Or(request.NanoCpus, host.NanoCpus),
            BlkioWeight = request.BlkioWeight != 0 ? request.BlkioWeight : host.BlkioWeight,
            BlkioWeightDevice = Or(request.BlkioWeightDevice, host.BlkioWeightDevice),
            BlkioDeviceReadBps = Or(request.BlkioDeviceReadBps, host.BlkioDeviceReadBps),
            BlkioDeviceWriteBps = Or(request.BlkioDeviceWriteBps, host.BlkioDeviceWriteBps),
            BlkioDeviceReadIOps = Or(request.BlkioDeviceReadIOps, host.BlkioDeviceReadIOps),
            BlkioDeviceWriteIOps = Or(request.BlkioDeviceWriteIOps, host.BlkioDeviceWriteIOps),
            CpuPeriod = Or(request.CpuPeriod, host.CpuPeriod),
            CpuQuota = Or(request.CpuQuota, host.CpuQuota),
            CpuRealtimePeriod = Or(request.CpuRealtimePeriod, host.CpuRealtimePeriod),
            CpuRealtimeRuntime = Or(request.CpuRealtimeRuntime, host.CpuRealtimeRuntime),
            CpusetCpus = request.CpusetCpus.Length > 0 ? request.CpusetCpus : host.CpusetCpus,
            CpusetMems = request.CpusetMems.Length > 0 ? request.CpusetMems : host.CpusetMems,
            MemoryReservation = Or(request.MemoryReservation, host.MemoryReservation),
            MemorySwap = Or(request.MemorySwap, host.MemorySwap),
            MemorySwappiness = request.MemorySwappiness ?? host.MemorySwappiness,
            OomKillDisable = request.OomKillDisable ?? host.OomKillDisable,
            PidsLimit = request.PidsLimit is { } pids and not 0 ? pids : host.PidsLimit,
            KernelMemory = request.KernelMemory,
            RestartPolicy = request.RestartPolicy is { Name.Length: > 0 } policy ? policy : host.RestartPolicy,
        };
    }

    private static long Or(long requested, long current) => requested != 0 ? requested : current;

    private static IReadOnlyList<T>? Or<T>(IReadOnlyList<T>? requested, IReadOnlyList<T>? current) => requested is { Count: > 0 } ? requested : current;

    private static DavitException Cannot(Container container, string why) => new(ErrorKind.Conflict, $"Cannot update container {container.Id}: {why}");
}
