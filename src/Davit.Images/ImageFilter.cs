using System.Globalization;
using Davit.Images.Listing;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Images;

/// <summary>Conditions on images as <c>docker images --filter</c> and <c>docker image prune --filter</c> take them.</summary>
public sealed record ImageFilter
{
    private static readonly string[] Known = ["dangling", "label", "label!", "before", "since", "reference", "until"];

    /// <summary>Accepts every image.</summary>
    public static ImageFilter None { get; } = new();

    /// <summary>Only images without (true) or with (false) a tag.</summary>
    public bool? Dangling { get; init; }

    /// <summary>Labels that must be there, <c>key</c> or <c>key=value</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Labels that must not be there.</summary>
    public IReadOnlyList<string> WithoutLabels { get; init; } = [];

    /// <summary>Made before any of these images.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Made after any of these images.</summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>Patterns of which one must match a name.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Made before this: a time, or a duration before now (<c>24h</c>).</summary>
    public string? Until { get; init; }

    /// <summary>Reads the filters of a request.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>invalid filter 'x'</c>.</exception>
    public static ImageFilter Parse(IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        foreach (var key in filters.Keys)
        {
            if (!Known.Contains(key)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter '{key}'", $"known filters: {string.Join(", ", Known)}");
        }

        IReadOnlyList<string> Of(string key) => filters.TryGetValue(key, out var values) ? values : [];
        bool? dangling = null;
        foreach (var value in Of("dangling"))
        {
            dangling = value.ToLowerInvariant() switch
            {
                "1" or "t" or "true" => true,
                "0" or "f" or "false" => false,
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter 'dangling={value}'"),
            };
        }

        if (Of("until").Count > 1) throw new DavitException(ErrorKind.InvalidArgument, "more than one until filter specified");
        return new()
        {
            Dangling = dangling, Labels = Of("label"), WithoutLabels = Of("label!"), Before = Of("before"), Since = Of("since"), References = Of("reference"), Until = Of("until") is [var until, ..] ? until : null,
        };
    }

    /// <summary>The images that fulfil all conditions, newest first; tags narrowed to those that a reference pattern names.</summary>
    /// <param name="images">All images.</param>
    /// <param name="find">Finds an image that a condition names.</param>
    /// <param name="now">Now.</param>
    public IReadOnlyList<Image> Apply(IEnumerable<Image> images, Func<string, Image> find, DateTimeOffset now)
    {
        var before = Before.Select(name => Created(find(name))).ToList();
        var since = Since.Select(name => Created(find(name))).ToList();
        DateTimeOffset? until = Until is null ? null : Moment(Until, now);
        var chosen = new List<Image>();
        foreach (var image in images)
        {
            var created = Created(image);
            if (Dangling is { } dangling && dangling != (image.Tags.Count == 0)) continue;
            if (before.Any(b => created >= b) || since.Any(s => created <= s) || (until is not null && created >= until)) continue;
            if (!Labels.All(l => HasLabel(image, l)) || WithoutLabels.Any(l => HasLabel(image, l))) continue;
            if (References.Count == 0)
            {
                chosen.Add(image);
                continue;
            }

            var tags = image.Tags.Where(IsNamed).ToList();
            var pinned = image.RepoDigests.Where(IsNamed).ToList();
            if (tags.Count + pinned.Count > 0) chosen.Add(image with { Tags = tags, RepoDigests = pinned });
        }

        chosen.Sort((a, b) => Created(b).CompareTo(Created(a)) is not 0 and var order ? order : a.Id.CompareTo(b.Id));
        return chosen;
    }

    private static DateTimeOffset Created(Image image) => image.Config.Created ?? DateTimeOffset.UnixEpoch;

    private static bool HasLabel(Image image, string condition)
    {
        var equals = condition.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? condition : condition[..equals];
        return image.Config.Config?.Labels is { } labels && labels.TryGetValue(key, out var value) && (equals < 0 || value == condition[(equals + 1)..]);
    }

    /// <summary>A pattern matches the whole familiar name, or the name without its tag.</summary>
    private bool IsNamed(Reference name) => References.Any(p => GlobPattern.Matches(p, name.Familiar) || GlobPattern.Matches(p, name.FamiliarName)
        || (Reference.TryParse(p, out var given, out _) && given.Familiar == name.Familiar));

    private static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e11) return DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        if (GoDuration.TryParse(text, out var ago)) return now - ago;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) return moment;
        throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for filter \"until\": not a time nor a duration", "for example 24h, 2026-01-31 or 2026-01-31T10:00:00Z");
    }
}
