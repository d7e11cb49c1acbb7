using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary><c>-v [source:]target[:options]</c>: binds and named volumes go into Binds, anonymous volumes into Volumes.</summary>
internal static class VolumeFlags
{
    internal static (List<string> Binds, List<string> Anonymous) Parse(IReadOnlyList<string> values)
    {
        var binds = new List<string>();
        var anonymous = new List<string>();
        foreach (var value in values)
        {
            var parts = value.Split(':');
            if (value.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid volume specification: '{value}'", "write [source:]/target[:options]");
            if (parts.Any(p => p.Length == 0)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid spec: {value}: empty section between colons", "write [source:]/target[:options]");
            if (parts.Length == 1)
            {
                anonymous.Add(value);
                continue;
            }

            // a source that starts with a dot is relative to where the client is
            if (parts[0].StartsWith('.') || parts[0].StartsWith('~')) parts[0] = Path.GetFullPath(parts[0].StartsWith('~') ? Environment.GetEnvironmentVariable("HOME") + parts[0][1..] : parts[0]);
            binds.Add(string.Join(':', parts));
        }

        return (binds, anonymous);
    }
}
