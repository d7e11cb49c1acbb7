using System.Net.Sockets;
using System.Text;
using Davit.Daemon.Composition;
using Davit.Daemon.Configuration;
using Davit.Daemon.Http;
using Davit.Daemon.Logging;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon.Tests;

/// <summary>The front and the pipeline on a socket of their own, with routes of the test's.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("davit-api-").FullName;
    private readonly ApiSocket _socket;

    private ApiServer(RouteTable routes) =>
        _socket = new ApiSocket(routes, "Davit/test (linux)", [new ListenAddress { UnixPath = SocketPath }], "0", new LineLog(LogPath, TimeProvider.System), () => { });

    private string LogPath => _directory + "/log";

    /// <summary>What the server has logged so far.</summary>
    public string Log => File.ReadAllText(LogPath);

    public string SocketPath => _directory + "/api.sock";

    public static async Task<ApiServer> StartAsync(RouteTable routes)
    {
        var server = new ApiServer(routes);
        await server._socket.StartAsync(CancellationToken.None);
        return server;
    }

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return new NetworkStream(socket, ownsSocket: true) { ReadTimeout = 10_000 };
    }

    /// <summary>Sends a request as it stands and reads the answer to the connection's end, which the request must ask for.</summary>
    public async Task<string> AskAsync(string request, bool halfClose = false)
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ReplaceLineEndings("\r\n")));
        if (halfClose) stream.Socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await reader.ReadToEndAsync(patience.Token);
    }

    /// <summary>GET with HTTP/1.1, the connection closed after it.</summary>
    public Task<string> GetAsync(string path, string method = "GET") => AskAsync($"{method} {path} HTTP/1.1\nHost: x\nConnection: close\n\n");

    /// <summary>POST of JSON.</summary>
    public Task<string> PostAsync(string path, string body, string contentType = "application/json") =>
        AskAsync($"POST {path} HTTP/1.1\nHost: x\nConnection: close\nContent-Type: {contentType}\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\n\n{body}");

    public HttpClient Http2Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, _) => await ConnectAsync(),
    })
    {
        DefaultRequestVersion = System.Net.HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        BaseAddress = new Uri("http://davit"),
    };

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
