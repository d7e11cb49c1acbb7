using System.Net;
using Davit.Daemon.Configuration;
using Davit.Daemon.Front;
using Davit.Daemon.Grpc;
using Davit.Daemon.Http;
using Davit.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon.Composition;

/// <summary>The API on its sockets: Kestrel behind the connection front.</summary>
internal sealed class ApiSocket : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly IReadOnlyList<ListenAddress> _addresses;
    private readonly string _group;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HangUpWatch _hangUps = new();

    /// <summary>Makes the server; nothing listens before <see cref="StartAsync"/>.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="product">Value of the Server header.</param>
    /// <param name="addresses">Where to listen.</param>
    /// <param name="group">Group that may use unix sockets.</param>
    /// <param name="log">Where the log goes.</param>
    /// <param name="answered">Called after each request.</param>
    public ApiSocket(RouteTable routes, string product, IReadOnlyList<ListenAddress> addresses, string group, ILoggerProvider log, Action answered)
    {
        _addresses = addresses;
        _group = group;
        // Nothing by default: the other builders look for settings files below the content root and watch it for changes
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "davitd", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        if (addresses.Any(address => address.Certificate is not null)) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug); // what is written the provider decides, which can be told otherwise later
        var http2 = new VirtualHttp2();
        var front = new ConnectionFront(http2, _hangUps);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<HealthService>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(http2);
        // ends by signal are the daemon's own affair
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = null; // tars have no bound; JSON bodies are bounded where they are read
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromHours(1);
            kestrel.Limits.MaxRequestLineSize = 1 << 20; // build arguments and labels travel in the query
            kestrel.Limits.MaxRequestBufferSize = 2 << 20;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 20; // X-Registry-Config has all of a user's credentials
            foreach (var address in addresses) Listen(kestrel, address, front);
            kestrel.Listen(VirtualHttp2.EndPoint, options => options.Protocols = HttpProtocols.Http2);
        });
        _application = builder.Build();
        var pipeline = new ApiPipeline(routes, product, _application.Logger, answered, _stopping.Token);
        _application.MapGrpcService<HealthService>();
        _application.Use(next => context => context.GetEndpoint() is null ? pipeline.HandleAsync(context) : next(context));
    }

    /// <summary>Opens the sockets; who is in the group may use them.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var address in _addresses.Where(address => address.UnixPath is not null)) UnixSocketFile.Prepare(address.UnixPath!);
        try
        {
            await _application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new DavitException(ErrorKind.Unavailable, $"can't listen: {error.Message}", "another program has the address; choose one with -H", error);
        }

        foreach (var address in _addresses.Where(address => address.UnixPath is not null)) UnixSocketFile.Secure(address.UnixPath!, _group);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        foreach (var address in _addresses.Where(address => address.UnixPath is not null)) File.Delete(address.UnixPath!);
        _hangUps.Dispose();
        _stopping.Dispose();
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, ConnectionFront front)
    {
        void Configure(ListenOptions options)
        {
            options.Protocols = HttpProtocols.Http1;
            if (address.Certificate is { } certificate) options.UseHttps(certificate.ToOptions());
            options.Use(next => connection => front.HandleAsync(connection, next));
        }

        if (address.UnixPath is not null) kestrel.ListenUnixSocket(address.UnixPath, Configure);
        else if (address.Descriptor is { } descriptor) kestrel.ListenHandle(descriptor, Configure);
        else kestrel.Listen(new IPEndPoint(address.Address!, address.Port), Configure);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
