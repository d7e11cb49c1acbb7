using Davit.Cli.Config;
using Davit.Cli.Http;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Microsoft.Win32.SafeHandles;

namespace Davit.Cli;

/// <summary>What a command works with: streams, configuration, the engine.</summary>
internal sealed class CliContext(TextWriter output, TextWriter error, Lazy<ClientConfig> config, Arguments globals, TimeProvider time) : IDisposable
{
    private EngineClient? _engine;
    private Stream? _rawIn;
    private TextReader? _in;
    private Stream? _rawOut;
    private Stream? _rawError;

    /// <summary>Results.</summary>
    internal TextWriter Out { get; } = output;

    /// <summary>Everything else.</summary>
    internal TextWriter Error { get; } = error;

    /// <summary>The user's configuration; read when it is first asked for.</summary>
    internal ClientConfig Config => config.Value;

    /// <summary>Flags that stood before the command.</summary>
    internal Arguments Globals { get; } = globals;

    /// <summary>The engine; which one is decided when it is first asked for.</summary>
    internal EngineClient Engine => _engine ??= new EngineClient(EndpointChoice.Choose(Globals, Config), Environment.GetEnvironmentVariable("DOCKER_API_VERSION"), endpoint => DaemonStarter.StartAsync(endpoint, Error, Time), Config.Headers());

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; } = time;

    /// <summary>True when results go to a terminal.</summary>
    internal bool OutIsTerminal { get; } = Terminal.IsTerminal(1);

    /// <summary>True when input comes from a terminal.</summary>
    internal bool InIsTerminal { get; } = Terminal.IsTerminal(0);

    /// <summary>Raw standard input: not the console's, which edits lines by itself and puts terminals into a mode of its own.</summary>
    internal Stream RawIn => _rawIn ??= new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>Standard input as text, for questions.</summary>
    internal TextReader In => _in ??= new StreamReader(RawIn);

    /// <summary>Raw standard output.</summary>
    internal Stream RawOut => _rawOut ??= Console.OpenStandardOutput();

    /// <summary>Raw standard error.</summary>
    internal Stream RawError => _rawError ??= Console.OpenStandardError();

    /// <summary>Another connection to the same engine, for requests beside a stream.</summary>
    internal EngineClient NewEngine() => new(Engine.Endpoint with { IsDefault = false }, Engine.Version, _ => Task.FromResult(false), Config.Headers());

    /// <summary>Closes the connection to the engine.</summary>
    public void Dispose() => _engine?.Dispose();
}
