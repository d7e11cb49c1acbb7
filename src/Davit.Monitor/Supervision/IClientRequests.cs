using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;

namespace Davit.Monitor.Supervision;

/// <summary>What a connection hands on.</summary>
internal interface IClientRequests
{
    /// <summary>The buffer that all reads of a monitor share; nothing stays in it past a call.</summary>
    NativeBuffer Scratch { get; }

    /// <summary>A message came; its descriptor, if any, is the callee's.</summary>
    void Received(Client client, MessageHead head, ReadOnlySpan<byte> payload, int descriptor);

    /// <summary>All that waited has been taken.</summary>
    void Flushed(Client client);

    /// <summary>The connection is gone.</summary>
    void Closed(Client client);
}
