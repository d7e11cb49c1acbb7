using System.Security.Authentication;

namespace Davit.RegistryClient.Http;

/// <summary>A request that got no answer, in the words of the docker daemon: <c>Get "http://…/v2/": dial tcp 127.0.0.1:1: connect: connection refused</c>.</summary>
internal sealed class TransportProblem(string text, bool beforeRequest, bool plainTalk, Exception? inner) : Exception(text, inner)
{
    /// <summary>The request never left: no connection was made.</summary>
    internal bool BeforeRequest { get; } = beforeRequest;

    /// <summary>TLS was spoken to somebody who does not speak it.</summary>
    internal bool PlainTalk { get; } = plainTalk;

    internal static TransportProblem Of(HttpRequestMessage request, Exception problem) => Of(request.Method, request.RequestUri!, problem);

    internal static TransportProblem Of(HttpMethod method, Uri address, Exception problem)
    {
        var (cause, before, plain) = Explain(problem);
        var verb = method.Method[..1] + method.Method[1..].ToLowerInvariant();

        // the query may carry a token
        return new($"{verb} \"{address.GetLeftPart(UriPartial.Path)}\": {cause}", before, plain, problem);
    }

    private static (string Cause, bool Before, bool Plain) Explain(Exception problem)
    {
        for (var e = problem; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case DialException:
                    return (e.Message, true, false);
                case AuthenticationException when e.Message.Contains("frame", StringComparison.Ordinal):
                    return ("http: server gave HTTP response to HTTPS client", true, true);
                case AuthenticationException:
                    var detail = e.InnerException?.Message ?? e.Message;
                    return ($"tls: failed to verify certificate: {detail.TrimEnd('.')}", true, false);
                case TimeoutException:
                    return (e.Message, false, false);
                case System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.ConnectionReset }:
                    return ("read: connection reset by peer", false, false);
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return ("EOF", false, true);
            }
        }

        if (problem is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException }) return ("EOF", true, true);
        return (problem.Message, problem is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }, problem is IOException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError });
    }
}
