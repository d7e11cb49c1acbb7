using Davit.Images;
using Davit.Network;

namespace Davit.Engine.Events;

/// <summary>Turns what images and networks say of their changes into events.</summary>
public static class EventRelay
{
    /// <summary>Connects them, for as long as they live.</summary>
    public static void Connect(EventHub events, IImageService images, INetworkService networks)
    {
        images.Changed += (action, id, name) => events.Publish("image", action, action is "pull" or "push" ? name : id, ImageAttributes(images, id, name));
        networks.Changed += (action, network, container) =>
        {
            var attributes = new Dictionary<string, string> { ["name"] = network.Name, ["type"] = network.Driver };
            if (container.Length > 0) attributes["container"] = container;
            events.Publish("network", action, network.Id, attributes);
        };
    }

    private static Dictionary<string, string> ImageAttributes(IImageService images, string id, string name)
    {
        var labels = images.Find(id)?.Config.Config.Labels;
        return new Dictionary<string, string>(labels ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["name"] = name };
    }
}
