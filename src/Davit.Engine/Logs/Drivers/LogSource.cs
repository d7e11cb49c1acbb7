using System.Text.RegularExpressions;
using Davit.DockerApi;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Engine.Logs.Drivers;

/// <summary>The container whose lines are sent, as drivers describe it; a template of <c>tag</c> asks it for its fields.</summary>
internal sealed class LogSource(ContainerModel model, IReadOnlyDictionary<string, string> config) : ITemplateRecord
{
    private const string DefaultTag = "{{.ID}}";

    /// <summary>Longest match of a user's expression on one name.</summary>
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(200);

    /// <summary>Options of the driver.</summary>
    public IReadOnlyDictionary<string, string> Config => config;

    public string FullId => model.Id;

    public string Id => model.Id[..12];

    public string Name => model.Name;

    public string ImageId => model.ImageId;

    public string ImageName => model.Config.Image;

    public string Command => string.Join(' ', model.Command);

    /// <summary>When the container was made, as RFC 3339 with all digits that are known.</summary>
    public string Created => Timestamp.Format(model.Created) ?? "";

    /// <summary>The tag; <c>{{.ID}}</c> where none is asked for.</summary>
    public string Tag() => Tag(config, this);

    /// <inheritdoc/>
    public IEnumerable<string> Fields => ["Command", "DaemonName", "FullID", "Hostname", "ID", "ImageFullID", "ImageID", "ImageName", "Name"];

    /// <inheritdoc/>
    public bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value)
    {
        value = field switch
        {
            "ID" => Id,
            "FullID" or "ContainerID" => FullId,
            "Name" => Name,
            "ContainerName" => model.SlashName,
            "ImageID" => ImageId.Length > 12 ? ImageId[..12] : ImageId,
            "ImageFullID" or "ContainerImageID" => ImageId,
            "ImageName" or "ContainerImageName" => ImageName,
            "DaemonName" => "docker",
            "Command" => Command,
            "Hostname" => Environment.MachineName,
            "ContainerEnv" => model.Config.Env ?? [],
            "ContainerLabels" => model.Config.Labels ?? new Dictionary<string, string>(),
            _ => null,
        };
        return value is not null;
    }

    /// <summary>Labels and variables that <c>labels</c>, <c>labels-regex</c>, <c>env</c> and <c>env-regex</c> choose.</summary>
    /// <param name="rename">Makes a field's name of a label's or variable's; null keeps it.</param>
    public IReadOnlyDictionary<string, string> Attributes(Func<string, string>? rename = null)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOSTNAME"] = model.Config.Hostname };
        foreach (var variable in model.Config.Env ?? [])
        {
            if (variable.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) variables[ConfigMerge.NameOf(variable)] = variable[(equals + 1)..];
        }

        Choose(model.Config.Labels ?? new Dictionary<string, string>(), "labels", "labels-regex");
        Choose(variables, "env", "env-regex");
        return found;

        void Choose(IReadOnlyDictionary<string, string> from, string names, string pattern)
        {
            foreach (var name in config.GetValueOrDefault(names, "").Split(','))
            {
                if (from.TryGetValue(name, out var value)) found[rename?.Invoke(name) ?? name] = value;
            }

            if (config.GetValueOrDefault(pattern, "") is not { Length: > 0 } text) return;
            var expression = Pattern(text);
            foreach (var (name, value) in from)
            {
                if (expression.IsMatch(name)) found[rename?.Invoke(name) ?? name] = value;
            }
        }
    }

    /// <summary>Checks the options that every driver with attributes has.</summary>
    /// <exception cref="DavitException">InvalidArgument: a template or an expression that can't be read.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> config)
    {
        foreach (var option in (string[])["labels-regex", "env-regex"])
        {
            if (config.GetValueOrDefault(option, "") is { Length: > 0 } text) Pattern(text);
        }

        if (config.GetValueOrDefault("tag", "").Length == 0) return;
        var example = new ContainerModel { Id = new string('0', 64), Name = "x", ImageId = "sha256:" + new string('0', 64), Config = new() { Image = "x" }, HostConfig = new() };
        Tag(config, new LogSource(example, config));
    }

    private static string Tag(IReadOnlyDictionary<string, string> config, LogSource source)
    {
        var text = config.GetValueOrDefault("tag", "") is { Length: > 0 } given ? given : DefaultTag;
        try
        {
            return Template.Parse(text).Execute(source);
        }
        catch (DavitException error)
        {
            const string prefix = "template parsing error: template: :";
            throw new DavitException(error.Kind, error.Message.StartsWith(prefix, StringComparison.Ordinal) ? "template: log-tag:" + error.Message[prefix.Length..] : $"template: log-tag: {error.Message}", error.Hint, error);
        }
    }

    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (ArgumentException error)
        {
            throw GoText.Invalid($"error parsing regexp: {error.Message}");
        }
    }
}
