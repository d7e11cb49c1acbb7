namespace Davit.Daemon.Grpc;

/// <summary>Answer of a health check.</summary>
/// <param name="Status">How the service is doing.</param>
internal sealed record HealthAnswer(HealthStatus Status);
