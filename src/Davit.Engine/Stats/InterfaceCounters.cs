using System.Globalization;
using Davit.DockerApi.Containers;

namespace Davit.Engine.Stats;

/// <summary>Counters of the interfaces in a container's network namespace.</summary>
internal static class InterfaceCounters
{
    /// <summary>Reads them through a process of the namespace; without loopback.</summary>
    public static Dictionary<string, InterfaceStats>? Read(int pid)
    {
        var result = new Dictionary<string, InterfaceStats>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines($"/proc/{pid}/net/dev").Skip(2))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = line[..colon].Trim();
            if (name == "lo") continue;
            var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            result[name] = new()
            {
                RxBytes = fields[0], RxPackets = fields[1], RxErrors = fields[2], RxDropped = fields[3], TxBytes = fields[8], TxPackets = fields[9], TxErrors = fields[10], TxDropped = fields[11],
            };
        }

        return result.Count > 0 ? result : null;
    }
}
