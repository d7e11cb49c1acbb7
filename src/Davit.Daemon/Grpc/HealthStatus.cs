namespace Davit.Daemon.Grpc;

/// <summary>Serving status of grpc.health.v1.</summary>
internal enum HealthStatus
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Serving.</summary>
    Serving,

    /// <summary>Not serving.</summary>
    NotServing,

    /// <summary>No such service; only for watchers.</summary>
    ServiceUnknown,
}
