using Davit.Primitives;

namespace Davit.Daemon.Http;

/// <summary>The one place where kinds of errors become HTTP status codes.</summary>
internal static class HttpStatusMap
{
    /// <summary>Status of an exception that left a handler.</summary>
    public static int StatusOf(Exception error) => error switch
    {
        DavitException davit => StatusOf(davit.Kind),
        OperationCanceledException => 499,
        Microsoft.AspNetCore.Http.BadHttpRequestException bad => bad.StatusCode,
        _ => 500,
    };

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => 404,
        ErrorKind.InvalidArgument => 400,
        ErrorKind.AlreadyExists or ErrorKind.Conflict => 409,
        ErrorKind.Unauthorized => 401,
        ErrorKind.Forbidden => 403,
        ErrorKind.NotModified => 304,
        ErrorKind.NotImplemented => 501,
        ErrorKind.Unavailable => 503,
        ErrorKind.FailedPrecondition => 412,
        ErrorKind.Canceled => 499,
        ErrorKind.DeadlineExceeded => 504,
        _ => 500,
    };
}
