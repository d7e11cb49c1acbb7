namespace Davit.Monitor.Supervision;

/// <summary>Something that the event loop calls when its descriptor is ready.</summary>
internal interface IReady
{
    /// <summary>The descriptor is ready, in epoll's bits.</summary>
    void Ready(uint events);
}
