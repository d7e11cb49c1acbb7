using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Engine.Filters;

/// <summary>The <c>filters</c> of a request: values by field, in either of Docker's two JSON forms.</summary>
public sealed class FilterSet
{
    /// <summary>No filter at all.</summary>
    public static FilterSet Empty { get; } = new(new Dictionary<string, IReadOnlyList<string>>());

    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _values;

    /// <summary>Makes a set of values by field.</summary>
    public FilterSet(IReadOnlyDictionary<string, IReadOnlyList<string>> values) => _values = values;

    /// <summary>Fields that are filtered on.</summary>
    public IEnumerable<string> Fields => _values.Keys;

    /// <summary>True when nothing is filtered.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>Reads <c>{"label":["a=b"]}</c> or the older <c>{"label":{"a=b":true}}</c>; null and empty mean no filter.</summary>
    /// <exception cref="DavitException">InvalidArgument: not of these forms.</exception>
    public static FilterSet Parse(string? json)
    {
        if (string.IsNullOrEmpty(json)) return Empty;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Null) return Empty;
            var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            foreach (var field in document.RootElement.EnumerateObject())
            {
                values[field.Name] = field.Value.ValueKind switch
                {
                    JsonValueKind.Array => [.. field.Value.EnumerateArray().Select(value => value.GetString() ?? "")],
                    JsonValueKind.Object => [.. field.Value.EnumerateObject().Where(value => value.Value.GetBoolean()).Select(value => value.Name)],
                    JsonValueKind.Null => [],
                    _ => throw new JsonException($"cannot unmarshal {field.Value.ValueKind} into filter {field.Name}"),
                };
            }

            return new FilterSet(values);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter: {error.Message}", "filters are a JSON object of arrays of text", error);
        }
    }

    /// <summary>Values of a field; empty when it is not filtered on.</summary>
    public IReadOnlyList<string> this[string field] => _values.TryGetValue(field, out var values) ? values : [];

    /// <summary>True when the field is filtered on.</summary>
    public bool Has(string field) => this[field].Count > 0;

    /// <summary>Refuses fields that the list does not know.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>invalid filter 'x'</c>.</exception>
    public void Validate(params ReadOnlySpan<string> known)
    {
        foreach (var field in _values.Keys)
        {
            if (!known.Contains(field)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter '{field}'");
        }
    }

    /// <summary>True without such a filter, or when one of its values is exactly the given one.</summary>
    public bool Exact(string field, string value) => !Has(field) || this[field].Contains(value);

    /// <summary>True without such a filter, or when the value equals, or matches as a regular expression, one of the filter's.</summary>
    public bool Match(string field, string value)
    {
        if (!Has(field)) return true;
        foreach (var pattern in this[field])
        {
            if (pattern == value) return true;
            if (IsMatch(field, pattern, value)) return true;
        }

        return false;
    }

    /// <summary>True without <c>label</c> filters, or when all of them (<c>key</c> or <c>key=value</c>) hold.</summary>
    public bool Labels(IReadOnlyDictionary<string, string>? labels, string field = "label") => this[field].All(wanted => HasLabel(labels, wanted));

    /// <summary>True when none of the <c>label!</c> filters holds.</summary>
    public bool LabelsAbsent(IReadOnlyDictionary<string, string>? labels) => !this["label!"].Any(unwanted => HasLabel(labels, unwanted));

    /// <summary>The one boolean value of a field, or null when it is not filtered on.</summary>
    /// <exception cref="DavitException">InvalidArgument: no boolean, or contradicting ones.</exception>
    public bool? Boolean(string field)
    {
        if (!Has(field)) return null;
        bool? result = null;
        foreach (var value in this[field])
        {
            bool parsed = value.ToLowerInvariant() switch
            {
                "1" or "true" or "t" => true,
                "0" or "false" or "f" => false,
                _ => throw Invalid(field),
            };
            if (result is { } earlier && earlier != parsed) throw Invalid(field);
            result = parsed;
        }

        return result;
    }

    /// <summary>The moment that an <c>until</c> or <c>since</c> filter names: a Unix time, a date, or a duration back from now.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public DateTimeOffset? Moment(string field, TimeProvider time)
    {
        if (!Has(field)) return null;
        if (this[field].Count > 1) throw new DavitException(ErrorKind.InvalidArgument, $"more than one {field} filter specified");
        return Moments.Parse(this[field][0], time.GetUtcNow())
            ?? throw new DavitException(ErrorKind.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"invalid filter '{field}={this[field][0]}'"));
    }

    private DavitException Invalid(string field) => new(ErrorKind.InvalidArgument, $"invalid filter '{field}=[{string.Join(' ', this[field])}]'");

    private static bool HasLabel(IReadOnlyDictionary<string, string>? labels, string wanted)
    {
        var equals = wanted.IndexOf('=', StringComparison.Ordinal);
        if (labels is null) return false;
        if (equals < 0) return labels.ContainsKey(wanted);
        return labels.TryGetValue(wanted[..equals], out var value) && value == wanted[(equals + 1)..];
    }

    private static bool IsMatch(string field, string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(200));
        }
        catch (Exception error) when (error is ArgumentException or RegexMatchTimeoutException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter '{field}={pattern}': {error.Message}", inner: error);
        }
    }
}
