using Davit.Cli.Config;
using Davit.Cli.Http;
using Davit.Cli.Terminals;

namespace Davit.Cli;

/// <summary>What a command works with: streams, configuration, the engine.</summary>
internal sealed class CliContext(TextWriter output, TextWriter error, ClientConfig config, EngineClient engine, TimeProvider time)
{
    /// <summary>Results.</summary>
    internal TextWriter Out { get; } = output;

    /// <summary>Everything else.</summary>
    internal TextWriter Error { get; } = error;

    /// <summary>The user's configuration.</summary>
    internal ClientConfig Config { get; } = config;

    /// <summary>The engine.</summary>
    internal EngineClient Engine { get; } = engine;

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; } = time;

    /// <summary>True when results go to a terminal.</summary>
    internal bool OutIsTerminal { get; } = Terminal.IsTerminal(1);

    /// <summary>True when input comes from a terminal.</summary>
    internal bool InIsTerminal { get; } = Terminal.IsTerminal(0);

    /// <summary>Raw standard input.</summary>
    internal Stream RawIn { get; } = Console.OpenStandardInput();

    /// <summary>Raw standard output.</summary>
    internal Stream RawOut { get; } = Console.OpenStandardOutput();

    /// <summary>Raw standard error.</summary>
    internal Stream RawError { get; } = Console.OpenStandardError();
}
