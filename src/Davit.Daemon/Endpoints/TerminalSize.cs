using Davit.Daemon.Http;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>The fields <c>h</c> and <c>w</c> of a resize.</summary>
internal static class TerminalSize
{
    /// <summary>Reads rows and columns.</summary>
    /// <exception cref="DavitException">InvalidArgument, naming the field.</exception>
    public static (int Rows, int Columns) Read(ApiRequest request) => (Read(request, "h"), Read(request, "w"));

    private static int Read(ApiRequest request, string name) => request.Number(name) is { } number and >= 0 and <= ushort.MaxValue
        ? (int)number
        : throw new DavitException(ErrorKind.InvalidArgument, $"invalid resize {(name == "h" ? "height" : "width")} \"{request.Query(name)}\": a number from 0 to 65535 is expected");
}
