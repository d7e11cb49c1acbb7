using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Davit.Daemon.Front;

/// <summary>
/// What the front knows of an HTTP/1 connection. The client's half-close is no reason to abort a hijacked stream (<c>echo x | docker run -i</c>), and for
/// an ordinary request it means that the client has left: then the token of that request is canceled.
/// </summary>
internal sealed class ClientConnection(ConnectionContext connection, Socket socket, bool encrypted, HangUpWatch hangUps)
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _request;
    private bool _inputEnded;
    private bool _inputMayEnd;

    /// <summary>The connection's pipes, as Kestrel sees them.</summary>
    public IDuplexPipe Transport => connection.Transport;

    /// <summary>Its socket, for writing past Kestrel; null when what is written must be encrypted first.</summary>
    public Socket? Socket => encrypted ? null : socket;

    /// <summary>The daemon ends, whatever the client does: for what must not break off because of a half-close.</summary>
    public CancellationToken Stopping { get; private set; }

    /// <summary>Completes when the client has closed its connection altogether, or, without an exception, when canceled.</summary>
    public Task GoneAsync(CancellationToken cancellation) => hangUps.WaitAsync(socket, cancellation);

    /// <summary>Begins a request: a request that came together with the half-close is still answered, so its token starts alive.</summary>
    /// <param name="takesOver">Whether it asks for the connection: its client may have ended its input before we come to it.</param>
    /// <param name="stopping">The daemon ends.</param>
    public CancellationTokenSource BeginRequest(bool takesOver, CancellationToken stopping)
    {
        lock (_gate)
        {
            _inputMayEnd = takesOver;
            Stopping = stopping;
            _request = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            return _request;
        }
    }

    /// <summary>Ends a request.</summary>
    public void EndRequest()
    {
        CancellationTokenSource? ended;
        lock (_gate)
        {
            ended = _request;
            _request = null;
        }

        ended?.Dispose();
    }

    /// <summary>From here on the client's half-close is only the end of its input.</summary>
    public void Hijack()
    {
        lock (_gate) _inputMayEnd = true;
    }

    /// <summary>Lets a handler that never reads the input learn that the client has gone.</summary>
    public bool InputEnded
    {
        get
        {
            lock (_gate) return _inputEnded;
        }
    }

    /// <summary>The receiving side of the socket has ended.</summary>
    public void OnInputEnded()
    {
        CancellationTokenSource? leaving;
        lock (_gate)
        {
            _inputEnded = true;
            leaving = _inputMayEnd ? null : _request;
        }

        try
        {
            leaving?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // the request ended at the same moment
        }
    }
}
