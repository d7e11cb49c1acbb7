using Grpc.Core;

namespace Davit.Daemon.Grpc;

/// <summary>grpc.health.v1.Health: whether the daemon answers, for HTTP/2 clients of the API socket.</summary>
[BindServiceMethod(typeof(HealthService), nameof(Bind))]
internal class HealthService
{
    private static readonly Method<string, HealthAnswer> CheckMethod =
        new(MethodType.Unary, "grpc.health.v1.Health", "Check", HealthMessages.Request, HealthMessages.Response);

    private static readonly Method<string, HealthAnswer> WatchMethod =
        new(MethodType.ServerStreaming, "grpc.health.v1.Health", "Watch", HealthMessages.Request, HealthMessages.Response);

    /// <summary>Called by the gRPC server when it maps the service.</summary>
    public static void Bind(ServiceBinderBase binder, HealthService? service)
    {
        binder.AddMethod(CheckMethod, service is null ? null! : new UnaryServerMethod<string, HealthAnswer>(service.Check));
        binder.AddMethod(WatchMethod, service is null ? null! : new ServerStreamingServerMethod<string, HealthAnswer>(service.Watch));
    }

    /// <summary>The status of a service; the empty name means the daemon.</summary>
    public virtual Task<HealthAnswer> Check(string request, ServerCallContext context) => request.Length == 0
        ? Task.FromResult(new HealthAnswer(HealthStatus.Serving))
        : throw new RpcException(new Status(StatusCode.NotFound, $"unknown service {request}"));

    /// <summary>The status now and at every change; it changes only when the daemon ends.</summary>
    public virtual async Task Watch(string request, IServerStreamWriter<HealthAnswer> answers, ServerCallContext context)
    {
        await answers.WriteAsync(new HealthAnswer(request.Length == 0 ? HealthStatus.Serving : HealthStatus.ServiceUnknown)).ConfigureAwait(false);
        var ended = new TaskCompletionSource();
        await using var watch = context.CancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), ended).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }
}
