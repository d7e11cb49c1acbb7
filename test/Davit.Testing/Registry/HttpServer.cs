using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Davit.Testing.Registry;

/// <summary>A small HTTP/1.1 server over bare sockets, so that a test can break a connection wherever it wants.</summary>
public abstract class HttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private readonly ConcurrentQueue<FakeRequest> _requests = new();
    private readonly Task _accepting;

    /// <summary>Starts on a free port.</summary>
    protected HttpServer(IPAddress? address = null, X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener = new(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Host and port.</summary>
    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>Everything that was asked, in order.</summary>
    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    /// <summary>Answers instead of the registry when it returns something.</summary>
    public Func<FakeRequest, FakeResponse?>? Intercept { get; set; }

    /// <summary>Ends at once, breaking what is under way.</summary>
    public void Kill()
    {
        _end.Cancel();
        _listener.Stop();
        foreach (var client in _clients.Keys) client.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _accepting;
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The answer to a request.</summary>
    protected abstract FakeResponse Answer(FakeRequest request);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _clients[client] = true;
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // the end: a listener that was stopped between two clients answers with InvalidOperationException (ObjectDisposedException is one)
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                stream = tls;
            }

            while (await ReadAsync(stream) is { } request)
            {
                _requests.Enqueue(request);
                var response = Intercept?.Invoke(request) ?? Answer(request);
                if (response.HangUp || !await WriteAsync(stream, request, response)) return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // the client went
        }
        finally
        {
            _clients.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private static async Task<FakeRequest?> ReadAsync(Stream stream)
    {
        if (await ReadLineAsync(stream) is not { Length: > 0 } first || first.Split(' ') is not [var method, var target, _])
        {
            // TLS, or nothing: as real servers answer
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(stream) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            if (colon < 0) return null;
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = new MemoryStream();
        if (headers.TryGetValue("Content-Length", out var length))
        {
            var bytes = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(bytes);
            body.Write(bytes);
        }
        else if (headers.TryGetValue("Transfer-Encoding", out var coding) && coding.Contains("chunked", StringComparison.Ordinal))
        {
            while (int.Parse((await ReadLineAsync(stream))!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
            {
                var bytes = new byte[size];
                await stream.ReadExactlyAsync(bytes);
                body.Write(bytes);
                await ReadLineAsync(stream);
            }

            await ReadLineAsync(stream);
        }

        return new(method, target, headers, body.ToArray());
    }

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }

    private static async Task<bool> WriteAsync(Stream stream, FakeRequest request, FakeResponse response)
    {
        var body = response.Body ?? [];
        var head = new StringBuilder($"HTTP/1.1 {response.Status} {(HttpStatusCode)response.Status}\r\n");
        if (!response.Headers.ContainsKey("Content-Length")) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        if (response.Type is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {response.Type}\r\n");
        foreach (var (name, value) in response.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()));
        if (request.Method != "HEAD") await stream.WriteAsync(response.CutAfter is { } cut ? body.AsMemory(0, Math.Min(cut, body.Length)) : body);
        await stream.FlushAsync();
        return response.CutAfter is null;
    }
}
