using System.Text.Json;
using Davit.Primitives;

namespace Davit.Daemon.Configuration;

/// <summary>Reads settings from flags, environment and daemon.json. What a flag says, the file may not say too, as with dockerd.</summary>
public static class SettingsReader
{
    /// <summary>Environment variables and the flags that they stand for.</summary>
    private static readonly (string Variable, string Flag)[] Variables =
    [
        ("DAVIT_DATA_ROOT", "data-root"), ("DAVIT_RUN_ROOT", "exec-root"), ("DAVIT_LISTEN", "host"), ("DAVIT_GROUP", "group"), ("DAVIT_CONFIG_FILE", "config-file"),
        ("DAVIT_INSTANCE", "instance"), ("DAVIT_BRIDGE", "bridge"), ("DAVIT_INTERFACE_PREFIX", "interface-prefix"), ("DAVIT_FIREWALL_TABLE", "firewall-table"),
        ("DAVIT_CGROUP_PARENT", "cgroup-parent"), ("DAVIT_DEFAULT_ADDRESS_POOL", "default-address-pool"), ("DAVIT_LOG_FILE", "log-file"),
    ];

    /// <summary>Reads settings.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <exception cref="DavitException">InvalidArgument: unknown flag or key, bad value, or the same in both.</exception>
    public static DaemonSettings Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(environment);
        var flags = ReadFlags(arguments);
        var given = flags.Select(flag => flag.Setting.Name).ToHashSet();
        foreach (var (variable, flag) in Variables)
        {
            if (given.Contains(flag) || environment(variable) is not { Length: > 0 } value) continue;
            flags.Add((Find(flag)!, value));
        }

        if (!given.Contains("host") && environment("DAVIT_HOST") is { Length: > 0 } host && environment("DAVIT_LISTEN") is null) flags.Add((Find("host")!, host));
        var settings = new DaemonSettings();
        foreach (var (setting, value) in flags.Where(flag => flag.Setting.Name == "config-file")) setting.Apply(settings, value);
        ReadFile(settings, given, required: given.Contains("config-file"), [.. flags.Select(flag => flag.Setting.Name)]);
        foreach (var (setting, value) in flags) setting.Apply(settings, value);
        return settings;
    }

    /// <summary>The help text.</summary>
    public static string Help()
    {
        var lines = new List<string> { "Usage:  davitd [OPTIONS]", "", "The Davit daemon: a container engine that speaks the Docker Engine API", "", "Options:" };
        foreach (var setting in SettingTable.All.OrderBy(setting => setting.Name, StringComparer.Ordinal))
        {
            var name = (setting.Short is { } letter ? $"  -{letter}, " : "      ") + "--" + setting.Name + (setting.Kind == SettingKind.Flag ? "" : setting.Kind == SettingKind.List ? " list" : " string");
            lines.Add($"{name,-40} {setting.Help}");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static List<(Setting Setting, string Value)> ReadFlags(IReadOnlyList<string> arguments)
    {
        var flags = new List<(Setting, string)>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-') throw new DavitException(ErrorKind.InvalidArgument, $"unexpected argument \"{argument}\"", "davitd --help lists the flags");
            var (name, value) = Split(argument);
            var setting = (argument.StartsWith("--", StringComparison.Ordinal) ? Find(name) : SettingTable.All.FirstOrDefault(candidate => candidate.Short == name[0]))
                ?? throw new DavitException(ErrorKind.InvalidArgument, argument.StartsWith("--", StringComparison.Ordinal) ? $"unknown flag: --{name}" : $"unknown shorthand flag: '{name[0]}' in {argument}", "davitd --help lists the flags");
            if (value is null && setting.Kind == SettingKind.Flag) value = "true";
            value ??= ++i < arguments.Count ? arguments[i] : throw new DavitException(ErrorKind.InvalidArgument, $"flag needs an argument: --{setting.Name}");
            flags.Add((setting, value));
        }

        return flags;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (argument.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
        }

        return argument.Length == 2 ? (argument[1..], null) : (argument[1..2], argument[2..].TrimStart('='));
    }

    private static Setting? Find(string flag) => SettingTable.All.FirstOrDefault(setting => setting.Name == flag);

    private static void ReadFile(DaemonSettings settings, HashSet<string> flags, bool required, HashSet<string> overridden)
    {
        var path = settings.ConfigFile;
        if (!File.Exists(path))
        {
            if (required) throw new DavitException(ErrorKind.InvalidArgument, $"unable to configure the daemon with file {path}: no such file");
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            foreach (var property in document.RootElement.EnumerateObject()) Apply(settings, property, path, flags, overridden);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"unable to configure the daemon with file {path}: {error.Message}", inner: error);
        }
    }

    private static void Apply(DaemonSettings settings, JsonProperty property, string path, HashSet<string> flags, HashSet<string> overridden)
    {
        if (property.Name == "registries")
        {
            ReadRegistries(settings, property.Value, path);
            return;
        }

        var setting = SettingTable.All.FirstOrDefault(candidate => candidate.Key == property.Name)
            ?? throw new DavitException(ErrorKind.InvalidArgument, $"unable to configure the daemon with file {path}: the following directives don't match any configuration option: {property.Name}");
        if (flags.Contains(setting.Name))
        {
            throw new DavitException(ErrorKind.InvalidArgument,
                $"unable to configure the daemon with file {path}: the following directives are specified both as a flag and in the configuration file: {property.Name}");
        }

        if (overridden.Contains(setting.Name)) return; // the environment says it
        foreach (var value in Values(setting, property.Value, path)) setting.Apply(settings, value);
    }

    private static IEnumerable<string> Values(Setting setting, JsonElement value, string path)
    {
        DavitException Wrong() => new(ErrorKind.InvalidArgument, $"unable to configure the daemon with file {path}: {setting.Key} can't be {value.GetRawText()}");
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return [value.GetBoolean() ? "true" : "false"];
            case JsonValueKind.Number:
                return [value.GetRawText()];
            case JsonValueKind.String:
                return [value.GetString()!];
            case JsonValueKind.Array when setting.Kind == SettingKind.List:
                return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? string.Join(',', item.EnumerateObject().Select(part => $"{part.Name}={part.Value}")) : item.GetString() ?? throw Wrong())];
            case JsonValueKind.Object when setting.Key == "runtimes":
                return [.. value.EnumerateObject().Select(item => $"{item.Name}={(item.Value.TryGetProperty("path", out var program) ? program.GetString() : throw Wrong())}")];
            case JsonValueKind.Object when setting.Key == "default-ulimits":
                return [.. value.EnumerateObject().Select(item => $"{item.Name}={item.Value.GetProperty("Soft")}:{item.Value.GetProperty("Hard")}")];
            case JsonValueKind.Object when setting.Kind == SettingKind.List:
                return [.. value.EnumerateObject().Select(item => $"{item.Name}={item.Value}")];
            default:
                throw Wrong();
        }
    }

    private static void ReadRegistries(DaemonSettings settings, JsonElement registries, string path)
    {
        foreach (var registry in registries.EnumerateObject())
        {
            foreach (var option in registry.Value.EnumerateObject())
            {
                if (option.Name != "mirrors")
                {
                    throw new DavitException(ErrorKind.InvalidArgument, $"unable to configure the daemon with file {path}: registries.{registry.Name} knows mirrors, not {option.Name}");
                }

                foreach (var mirror in option.Value.EnumerateArray()) SettingTable.AddMirror(settings, registry.Name, mirror.GetString() ?? "");
            }
        }
    }
}
