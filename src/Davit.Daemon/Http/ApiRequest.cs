using System.Text.Json.Serialization.Metadata;
using Davit.Engine.Filters;
using Davit.Primitives;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Http;

/// <summary>One request of the Engine API: its version, the parts of its path, its query, and the ways to answer.</summary>
internal sealed class ApiRequest(HttpContext context, ApiVersion version, IReadOnlyDictionary<string, string> parts)
{
    /// <summary>The HTTP exchange.</summary>
    public HttpContext Context => context;

    /// <summary>Version that the client speaks.</summary>
    public ApiVersion Version => version;

    /// <summary>Canceled when the client has left or the daemon ends.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    private CancellationToken Stopping => context.Features.Get<Front.ClientConnection>()?.Stopping ?? CancellationToken.None;

    /// <summary>A part of the path, <c>{id}</c> or <c>{name*}</c> of the pattern.</summary>
    public string this[string part] => parts[part];

    /// <summary>The body as it comes.</summary>
    public Stream Body => context.Request.Body;

    /// <summary>A query value; null when it is not given.</summary>
    public string? Query(string name) => context.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>All values of a query field.</summary>
    public IReadOnlyList<string> QueryAll(string name) => context.Request.Query.TryGetValue(name, out var values) ? [.. values.Select(value => value ?? "")] : [];

    /// <summary>A boolean as Docker reads it: absent, empty, <c>0</c>, <c>no</c>, <c>false</c> and <c>none</c> are false, everything else is true.</summary>
    public bool Flag(string name, bool absent = false) => Query(name) is { } text
        ? text.Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none")
        : absent;

    /// <summary>A whole number; null when it is not given.</summary>
    /// <exception cref="DavitException">InvalidArgument, naming field and value.</exception>
    public long? Number(string name)
    {
        var text = Query(name);
        if (string.IsNullOrEmpty(text)) return null;
        return long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, null, out var number)
            ? number
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for {name}: a whole number is expected");
    }

    /// <summary>The field <c>filters</c>.</summary>
    public FilterSet Filters() => FilterSet.Parse(Query("filters"));

    /// <summary>
    /// Reads the body as JSON. A client that half-closes behind its request has left for the handler, but not for its body and the answer: these end by
    /// themselves when nobody is there, and a read that is canceled leaves the connection unusable.
    /// </summary>
    public ValueTask<T> ReadAsync<T>(JsonTypeInfo<T> type) where T : class => JsonBody.ReadAsync(context.Request, type, Stopping);

    /// <summary>Reads the body as JSON, null when there is none.</summary>
    public ValueTask<T?> ReadOptionalAsync<T>(JsonTypeInfo<T> type) where T : class => JsonBody.ReadOptionalAsync(context.Request, type, Stopping);

    /// <summary>Answers with JSON.</summary>
    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type, int status = 200) => JsonBody.WriteAsync(context.Response, value, type, status, Version);

    /// <summary>Answers without a body.</summary>
    public Task EmptyAsync(int status = 204)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Sends the head now, so that the client knows that the request is being served.</summary>
    public async Task BeginAsync(string contentType, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.StartAsync(Aborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(Aborted).ConfigureAwait(false);
    }
}
