using System.Net;
using Davit.RegistryClient.Endpoints;

namespace Davit.RegistryClient.Http;

/// <summary>A proxy that loopback never goes through.</summary>
internal sealed class EnvironmentProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => HostRules.IsLoopback(host.IdnHost) || inner.IsBypassed(host);
}
