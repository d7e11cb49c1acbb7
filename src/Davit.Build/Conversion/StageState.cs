using Davit.Build.Graph;
using Davit.Oci.Image;

namespace Davit.Build.Conversion;

/// <summary>What a stage has come to after some of its instructions.</summary>
internal sealed class StageState
{
    public required Vertex FileSystem { get; set; }

    public required ImageRunConfig Config { get; set; }

    public string? Author { get; set; }

    /// <summary>CMD was given in this build: a later ENTRYPOINT leaves it.</summary>
    public bool CmdSet { get; set; }

    /// <summary>ARGs in effect, in the order of their declaration.</summary>
    public List<KeyValuePair<string, string?>> Args { get; } = [];

    public string? Environment(string name)
    {
        foreach (var entry in Config.Env ?? [])
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals == name.Length && entry.StartsWith(name, StringComparison.Ordinal)) return entry[(equals + 1)..];
        }

        return null;
    }

    /// <summary>A variable: ENV comes before ARG.</summary>
    public string? Lookup(string name) => Environment(name) ?? Args.LastOrDefault(a => a.Key == name).Value;

    public void SetArg(string name, string? value)
    {
        Args.RemoveAll(a => a.Key == name);
        Args.Add(KeyValuePair.Create(name, value));
    }

    public void SetEnvironment(string name, string value)
    {
        var env = (Config.Env ?? []).ToList();
        var at = env.FindIndex(e => e.StartsWith(name + "=", StringComparison.Ordinal));
        if (at >= 0) env[at] = $"{name}={value}";
        else env.Add($"{name}={value}");
        Config = Config with { Env = env };
    }

    /// <summary>State for a stage that begins where this one is now.</summary>
    public StageState Continue()
    {
        var state = new StageState { FileSystem = FileSystem, Config = Config, Author = Author };
        state.Args.AddRange(Args);
        return state;
    }
}
