namespace Davit.Daemon.Configuration;

/// <summary>How a setting takes values.</summary>
internal enum SettingKind
{
    /// <summary>True or false.</summary>
    Flag,

    /// <summary>One value.</summary>
    Value,

    /// <summary>Any number of values.</summary>
    List,
}

/// <summary>A setting under its name as a flag and its key in daemon.json.</summary>
/// <param name="Name">Flag without dashes.</param>
/// <param name="Short">One letter, or null.</param>
/// <param name="Key">Key in the file, or null when the file can't set it.</param>
/// <param name="Kind">How it takes values.</param>
/// <param name="Help">One line.</param>
/// <param name="Apply">Puts one value into the settings.</param>
internal sealed record Setting(string Name, char? Short, string? Key, SettingKind Kind, string Help, Action<DaemonSettings, string> Apply);
