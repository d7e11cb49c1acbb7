using System.Globalization;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Lists as <c>--cpuset-cpus</c> takes them: <c>0-2,7</c>.</summary>
internal static class CpuSet
{
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static void Validate(string what, string list, string onlineFile, string unavailable)
    {
        if (list.Length == 0) return;
        var wanted = Parse(list) ?? throw new DavitException(ErrorKind.InvalidArgument, $"Invalid value {list} for cpuset {what}");
        var onlineText = File.Exists(onlineFile) ? File.ReadAllText(onlineFile).Trim() : "0";
        var online = Parse(onlineText) ?? [];
        if (!wanted.IsSubsetOf(online)) throw new DavitException(ErrorKind.InvalidArgument, $"{unavailable} - requested {list}, available: {onlineText}");
    }

    /// <summary>The numbers of a list, or null when it is none.</summary>
    public static HashSet<int>? Parse(string list)
    {
        HashSet<int> numbers = [];
        foreach (var part in list.Split(','))
        {
            var range = part.Split('-');
            if (range.Length > 2 || !Number(range[0], out var first)) return null;
            var last = first;
            if (range.Length == 2 && !Number(range[1], out last)) return null;
            if (last < first) return null;
            for (var number = first; number <= last; number++) numbers.Add(number);
        }

        return numbers;
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 8192;
}
