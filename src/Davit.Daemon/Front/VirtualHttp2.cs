using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using System.IO.Pipelines;

namespace Davit.Daemon.Front;

/// <summary>
/// An HTTP/2 endpoint of Kestrel without a socket of its own: the front hands it connections whose first bytes are HTTP/2's. Kestrel itself does not tell
/// HTTP/1 and HTTP/2 apart on a cleartext endpoint.
/// </summary>
internal sealed class VirtualHttp2 : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();

    /// <summary>What Kestrel is told to listen on.</summary>
    public static EndPoint EndPoint { get; } = new VirtualEndPoint();

    public bool CanBind(EndPoint endpoint) => endpoint is VirtualEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(_accepted.Reader, endpoint));

    /// <summary>Serves a connection as HTTP/2; completes at its end.</summary>
    public Task RunAsync(ConnectionContext connection, IDuplexPipe transport)
    {
        var inner = new Connection(connection, transport);
        return _accepted.Writer.TryWrite(inner) ? inner.Ended : Task.CompletedTask;
    }

    private sealed class VirtualEndPoint : EndPoint
    {
        public override string ToString() => "http://virtual-h2c";
    }

    private sealed class Listener(ChannelReader<ConnectionContext> accepted, EndPoint endpoint) : IConnectionListener
    {
        private readonly CancellationTokenSource _stopped = new();

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await accepted.ReadAsync(_stopped.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _stopped.Cancel();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class Connection(ConnectionContext outer, IDuplexPipe transport) : ConnectionContext
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public override IDuplexPipe Transport { get; set; } = transport;

        public override string ConnectionId { get; set; } = outer.ConnectionId + "-h2";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override CancellationToken ConnectionClosed { get; set; } = outer.ConnectionClosed;

        public override EndPoint? LocalEndPoint { get => outer.LocalEndPoint; set { } }

        public override EndPoint? RemoteEndPoint { get => outer.RemoteEndPoint; set { } }

        public override void Abort(ConnectionAbortedException abortReason) => outer.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            _ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
