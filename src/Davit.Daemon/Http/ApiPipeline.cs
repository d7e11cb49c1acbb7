using Davit.Daemon.Front;
using Davit.DockerApi;
using Davit.DockerApi.Messages;
using Davit.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon.Http;

/// <summary>Takes every request of the API: version, route, handler, and errors turned into answers.</summary>
/// <param name="routes">The routes.</param>
/// <param name="product">Value of the Server header.</param>
/// <param name="log">Failures of ours.</param>
/// <param name="answered">Called after each request.</param>
/// <param name="stopping">The daemon ends.</param>
internal sealed partial class ApiPipeline(RouteTable routes, string product, ILogger log, Action answered, CancellationToken stopping)
{
    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var client = context.Features.Get<ClientConnection>();
        if (client is not null) context.RequestAborted = client.BeginRequest(TakesOver(context.Request), stopping).Token;
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        finally
        {
            client?.EndRequest();
            answered();
        }
    }

    /// <summary>Attach and exec take the connection over, with or without saying so in a header.</summary>
    private static bool TakesOver(HttpRequest request) =>
        request.Headers.Upgrade.Count > 0 || (HttpMethods.IsPost(request.Method) && request.Path.Value is { } path
            && (path.EndsWith("/attach", StringComparison.Ordinal) || (path.EndsWith("/start", StringComparison.Ordinal) && path.Contains("/exec/", StringComparison.Ordinal))));

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Server = product;
        var path = context.Request.Path.Value ?? "/";
        try
        {
            var (version, rest) = ApiVersion.Split(path);
            var method = context.Request.Method;
            var route = routes.Find(method, rest);
            if (route is null && HttpMethods.IsHead(method)) route = routes.Find("GET", rest);
            if (route is null && HttpMethods.IsOptions(method))
            {
                WriteHead(headers);
                return;
            }

            if (route is null)
            {
                await WriteErrorAsync(context, 404, "page not found", null).ConfigureAwait(false);
                return;
            }

            WriteHead(headers);
            await route.Value.Handler(new ApiRequest(context, version, route.Value.Parts)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await FailAsync(context, path, error).ConfigureAwait(false);
        }
    }

    private async Task FailAsync(HttpContext context, string path, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            // nobody is there to be told, and a connection in the middle of a body or an answer can't be used again
            context.Abort();
            return;
        }

        var status = HttpStatusMap.StatusOf(error);
        if (status >= 500) LogFailure(log, context.Request.Method, path, status, error is DavitException ? error.Message : error.ToString());
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        WriteHead(context.Response.Headers);
        context.Response.ContentLength = null;
        await WriteErrorAsync(context, status, error.Message, (error as DavitException)?.Hint).ConfigureAwait(false);
    }

    private static void WriteHead(IHeaderDictionary headers)
    {
        headers["Api-Version"] = ApiVersion.Highest.ToString();
        headers["Docker-Experimental"] = "false";
        headers["Ostype"] = "linux";
    }

    private static async Task WriteErrorAsync(HttpContext context, int status, string message, string? hint)
    {
        if (status == 304)
        {
            context.Response.StatusCode = 304;
            return;
        }

        try
        {
            await JsonBody.WriteAsync(context.Response, new ErrorResponse { Message = message, Hint = hint }, DockerApiJson.Default.ErrorResponse, status, ApiVersion.Highest).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // the client has left
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path}: {Status}: {Error}")]
    private static partial void LogFailure(ILogger log, string method, string path, int status, string error);
}
