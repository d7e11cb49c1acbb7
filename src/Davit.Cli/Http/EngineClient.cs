using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Davit.DockerApi;
using Davit.Primitives;

namespace Davit.Cli.Http;

/// <summary>Speaks the Engine API: HTTP/1.1 over one connection at a time, kept for the next request, and over others where streams run side by side.</summary>
internal sealed class EngineClient(EngineEndpoint endpoint, string? wantedVersion, Func<EngineEndpoint, Task<bool>> startDaemon, IReadOnlyDictionary<string, string> extraHeaders) : IDisposable
{
    internal const string NewestVersion = "1.51";
    private (Socket Socket, Stream Stream, BufferedReader Reader)? _idle;
    private string? _version;

    internal EngineEndpoint Endpoint => endpoint;

    /// <summary>The API version in use.</summary>
    internal string Version => _version ?? wantedVersion ?? NewestVersion;

    /// <summary>Asks the engine once which versions it speaks, and takes the newest of both.</summary>
    internal async Task<EngineResponse> PingAsync(CancellationToken cancellation)
    {
        var ping = await SendAsync("HEAD", "/_ping", null, null, [], cancellation);
        if (_version is null && wantedVersion is null && ping.Header("Api-Version") is { } offered) _version = Compare(offered, NewestVersion) < 0 ? offered : NewestVersion;
        return ping;
    }

    /// <summary>A request; an answer that is an error becomes one.</summary>
    /// <exception cref="DavitException">The engine's message; or that it does not answer.</exception>
    internal async Task<EngineResponse> RequestAsync(string method, string path, Stream? body = null, string? contentType = null, IReadOnlyList<(string, string)>? headers = null, CancellationToken cancellation = default)
    {
        if (_version is null && wantedVersion is null) (await PingAsync(cancellation)).Dispose();
        var response = await SendAsync(method, $"/v{Version}{path}", body, contentType, headers ?? [], cancellation);
        if (response.Status < 400) return response;
        using (response) throw await ErrorAsync(response, cancellation);
    }

    /// <summary>A request with a JSON body.</summary>
    internal Task<EngineResponse> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, IReadOnlyList<(string, string)>? headers = null, CancellationToken cancellation = default) =>
        RequestAsync("POST", path, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, type)), "application/json", headers, cancellation);

    /// <summary>A request whose JSON answer is wanted.</summary>
    internal async Task<JsonElement> JsonAsync(string method, string path, IReadOnlyList<(string, string)>? headers = null, CancellationToken cancellation = default)
    {
        using var response = await RequestAsync(method, path, headers: headers, cancellation: cancellation);
        return Parse(await response.BytesAsync(cancellation));
    }

    /// <summary>A request whose answer does not matter beyond its success.</summary>
    internal async Task DoAsync(string method, string path, CancellationToken cancellation = default)
    {
        using var response = await RequestAsync(method, path, cancellation: cancellation);
        await response.BytesAsync(cancellation);
    }

    internal static JsonElement Parse(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes.Length == 0 ? "null"u8.ToArray() : bytes);
        return document.RootElement.Clone();
    }

    /// <summary>Turns a connection into a plain stream.</summary>
    internal async Task<HijackedConnection> HijackAsync(string path, byte[] body, CancellationToken cancellation)
    {
        if (_version is null && wantedVersion is null) (await PingAsync(cancellation)).Dispose();
        var (socket, stream) = await ConnectAsync(cancellation);
        var reader = new BufferedReader(stream);
        var head = $"POST /v{Version}{path} HTTP/1.1\r\nHost: davit\r\nUser-Agent: davit\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], cancellation);
        var (status, headers) = await HeadAsync(reader, cancellation);
        if (status is 101 or 200) return new HijackedConnection(socket, stream, reader, headers.GetValueOrDefault("content-type") != "application/vnd.docker.raw-stream");
        using var response = new EngineResponse(status, headers, Body(reader, "POST", status, headers), _ => stream.Dispose());
        throw await ErrorAsync(response, cancellation);
    }

    public void Dispose() => _idle?.Stream.Dispose();

    private async Task<EngineResponse> SendAsync(string method, string path, Stream? body, string? contentType, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        var reused = _idle is not null;
        if (_idle is not { } connection)
        {
            var (socket, stream) = await ConnectAsync(cancellation);
            connection = (socket, stream, new BufferedReader(stream));
        }

        _idle = null;
        try
        {
            await WriteAsync(connection.Stream, method, path, body, contentType, headers, cancellation);
            var (status, answered) = await HeadAsync(connection.Reader, cancellation);
            return new EngineResponse(status, answered, Body(connection.Reader, method, status, answered), response =>
            {
                if (response.Body.Finished && _idle is null && response.Header("connection") != "close") _idle = connection;
                else connection.Stream.Dispose();
            });
        }
        catch (Exception e) when (e is IOException && reused && body is null or { CanSeek: true })
        {
            // the engine closed a connection that was kept: once more over a fresh one
            await connection.Stream.DisposeAsync();
            if (body is not null) body.Position = 0;
            return await SendAsync(method, path, body, contentType, headers, cancellation);
        }
    }

    private async Task WriteAsync(Stream stream, string method, string path, Stream? body, string? contentType, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: davit\r\nUser-Agent: davit\r\n");
        foreach (var (name, value) in extraHeaders.Select(p => (p.Key, p.Value)).Concat(headers)) head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (contentType is not null) head.Append("Content-Type: ").Append(contentType).Append("\r\n");
        if (body is { CanSeek: true }) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length - body.Position}\r\n");
        else if (body is not null) head.Append("Transfer-Encoding: chunked\r\n");
        else if (method is "POST" or "PUT") head.Append("Content-Length: 0\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.ToString()), cancellation);
        if (body is { CanSeek: true }) await body.CopyToAsync(stream, cancellation);
        else if (body is not null) await ChunksAsync(stream, body, cancellation);
        await stream.FlushAsync(cancellation);
    }

    private static async Task ChunksAsync(Stream stream, Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            var count = await body.ReadAsync(buffer, cancellation);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(count.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), cancellation);
            if (count > 0) await stream.WriteAsync(buffer.AsMemory(0, count), cancellation);
            await stream.WriteAsync("\r\n"u8.ToArray(), cancellation);
            if (count == 0) return;
        }
    }

    private static async Task<(int Status, Dictionary<string, string> Headers)> HeadAsync(BufferedReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync(cancellation);
            var parts = line.Split(' ', 3);
            if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(parts[1], out var status)) throw new IOException("the server's answer is no HTTP");
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while ((line = await reader.ReadLineAsync(cancellation)).Length > 0)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0) headers[line[..colon]] = line[(colon + 1)..].Trim();
            }

            if (status != 100) return (status, headers);
        }
    }

    private static BodyStream Body(BufferedReader reader, string method, int status, Dictionary<string, string> headers)
    {
        if (method == "HEAD" || status is 204 or 304) return new BodyStream(reader, 0, chunked: false);
        var chunked = headers.GetValueOrDefault("transfer-encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true;
        return new BodyStream(reader, !chunked && long.TryParse(headers.GetValueOrDefault("content-length"), out var length) ? length : null, chunked);
    }

    private static async Task<DavitException> ErrorAsync(EngineResponse response, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(await response.BytesAsync(cancellation)).Trim();
        string? hint = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.TryGetProperty("hint", out var given)) hint = given.GetString();
            if (document.RootElement.TryGetProperty("message", out var message)) text = message.GetString() ?? text;
        }
        catch (JsonException)
        {
            // not one of ours: the text itself is the message
        }

        var kind = response.Status switch { 404 => ErrorKind.NotFound, 409 => ErrorKind.Conflict, 400 => ErrorKind.InvalidArgument, 401 => ErrorKind.Unauthorized, 403 => ErrorKind.Forbidden, 501 => ErrorKind.NotImplemented, _ => ErrorKind.Internal };
        return new DavitException(kind, "Error response from daemon: " + (text.Length > 0 ? text : $"status {response.Status}"), hint);
    }

    private async Task<(Socket Socket, Stream Stream)> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await endpoint.ConnectAsync(cancellation);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new DavitException(ErrorKind.Forbidden, $"permission denied while trying to connect to the Davit daemon socket at {endpoint.Text}", $"run as root, or join the socket's group: sudo usermod -aG davit {Environment.UserName}, then log in again");
        }
        catch (SocketException e)
        {
            if (endpoint.IsDefault && await startDaemon(endpoint)) return await endpoint.ConnectAsync(cancellation);
            throw new DavitException(ErrorKind.Unavailable, $"Cannot connect to the Davit daemon at {endpoint.Text}. Is the davit daemon running?", (endpoint.IsDefault ? "start davitd as root, or set DAVIT_HOST" : "check the address, or unset DAVIT_HOST and DOCKER_HOST") + $" ({e.Message})");
        }
    }

    private static int Compare(string a, string b)
    {
        var (left, right) = (a.Split('.'), b.Split('.'));
        return left[0] != right[0] ? int.Parse(left[0]).CompareTo(int.Parse(right[0])) : int.Parse(left[1]).CompareTo(int.Parse(right[1]));
    }
}
