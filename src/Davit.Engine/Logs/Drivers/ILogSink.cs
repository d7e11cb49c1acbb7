namespace Davit.Engine.Logs.Drivers;

/// <summary>
/// One connection to where logs go. It connects with the first line; after a failure (SocketException, IOException, AuthenticationException, LinuxException or
/// TimeoutException) it is thrown away, and what was not confirmed is sent again by the next one.
/// </summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Takes a line.</summary>
    /// <returns>True when this line and all before it have arrived.</returns>
    ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation);

    /// <summary>Returns when everything taken so far has arrived, as far as the protocol can tell.</summary>
    ValueTask FlushAsync(CancellationToken cancellation);
}
