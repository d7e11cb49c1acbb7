using System.Text;
using System.Text.Json;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Commit;

/// <summary>Dockerfile instructions as <c>commit -c</c> and <c>import -c</c> take them: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR.</summary>
public static class ConfigChanges
{
    /// <summary>Applies them in order.</summary>
    /// <exception cref="DavitException">InvalidArgument, naming the instruction.</exception>
    public static ImageRunConfig Apply(ImageRunConfig config, IReadOnlyList<string> changes)
    {
        foreach (var line in changes.SelectMany(change => change.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')) config = Apply(config, line);
        return config;
    }

    private static ImageRunConfig Apply(ImageRunConfig config, string line)
    {
        var space = line.AsSpan().IndexOfAny(' ', '\t');
        var word = (space < 0 ? line : line[..space]).ToUpperInvariant();
        var rest = space < 0 ? "" : line[space..].Trim();
        if (rest.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"{word} requires at least one argument");
        return word switch
        {
            "CMD" => config with { Cmd = Command(rest) },
            "ENTRYPOINT" => config with { Entrypoint = Command(rest) },
            "ENV" => config with { Env = Environment(config.Env ?? [], Pairs("ENV", rest)) },
            "LABEL" => config with { Labels = Merge(config.Labels, Pairs("LABEL", rest)) },
            "EXPOSE" => config with { ExposedPorts = Add(config.ExposedPorts, Words(rest).Select(port => Davit.Engine.Containers.Create.PortSpec.Parse(port).ToString())) },
            "VOLUME" => config with { Volumes = Add(config.Volumes, Json(rest) ?? Words(rest)) },
            "USER" => config with { User = rest },
            "WORKDIR" => config with { WorkingDir = rest.StartsWith('/') ? rest : (config.WorkingDir ?? "").TrimEnd('/') + "/" + rest },
            "ONBUILD" => config with { OnBuild = [.. config.OnBuild ?? [], rest] },
            "STOPSIGNAL" => config with { StopSignal = rest },
            "HEALTHCHECK" when rest.Equals("NONE", StringComparison.OrdinalIgnoreCase) => config with { Healthcheck = new() { Test = ["NONE"] } },
            "HEALTHCHECK" when rest.StartsWith("CMD ", StringComparison.OrdinalIgnoreCase) => config with
            {
                Healthcheck = new() { Test = Json(rest[4..].Trim()) is { } exec ? ["CMD", .. exec] : ["CMD-SHELL", rest[4..].Trim()] },
            },
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"{word} is not a valid change command"),
        };
    }

    private static IReadOnlyList<string> Command(string rest) => Json(rest) ?? ["/bin/sh", "-c", rest];

    private static string[]? Json(string rest)
    {
        if (!rest.StartsWith('[')) return null;
        try
        {
            using var document = JsonDocument.Parse(rest);
            return [.. document.RootElement.EnumerateArray().Select(word => word.GetString() ?? "")];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // the shell form, as in a Dockerfile
        }
    }

    /// <summary><c>A=b C="d e"</c>, or the old form <c>A b c</c>.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Pairs(string instruction, string rest)
    {
        var words = Words(rest).ToList();
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var space = rest.AsSpan().IndexOfAny(' ', '\t');
            if (space < 0) throw new DavitException(ErrorKind.InvalidArgument, $"{instruction} must have two arguments");
            return [new(rest[..space], rest[space..].Trim())];
        }

        return words.Select(word =>
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 ? new KeyValuePair<string, string>(word[..equals], word[(equals + 1)..])
                : throw new DavitException(ErrorKind.InvalidArgument, $"Syntax error - can't find = in \"{word}\". Must be of the form: name=value");
        });
    }

    /// <summary>Words with quotes and backslashes taken away.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        var quote = '\0';
        var started = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                started = true;
            }
            else if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                started = true;
            }
            else if (c is ' ' or '\t')
            {
                if (started || word.Length > 0) yield return word.ToString();
                word.Clear();
                started = false;
            }
            else
            {
                word.Append(c);
            }
        }

        if (started || word.Length > 0) yield return word.ToString();
    }

    private static IReadOnlyList<string> Environment(IReadOnlyList<string> current, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var result = current.ToList();
        foreach (var (name, value) in pairs)
        {
            var index = result.FindIndex(variable => variable.StartsWith(name + "=", StringComparison.Ordinal));
            if (index >= 0) result[index] = $"{name}={value}";
            else result.Add($"{name}={value}");
        }

        return result;
    }

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string>? current, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var result = new Dictionary<string, string>(current ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in pairs) result[name] = value;
        return result;
    }

    private static Dictionary<string, EmptyObject> Add(IReadOnlyDictionary<string, EmptyObject>? current, IEnumerable<string> keys)
    {
        var result = new Dictionary<string, EmptyObject>(current ?? new Dictionary<string, EmptyObject>(), StringComparer.Ordinal);
        foreach (var key in keys) result[key] = new();
        return result;
    }
}
