using Davit.DockerApi.Containers;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>What <c>--log-driver</c> and <c>--log-opt</c> ask for.</summary>
internal sealed record LogOptions
{
    private const long DefaultSegmentSize = 20 << 20;
    private const int DefaultSegments = 5;

    /// <summary>json-file keeps everything unless told otherwise, as Docker's does.</summary>
    private const int Unbounded = 1_000_000;

    private static readonly string[] OtherDrivers = ["awslogs", "splunk", "etwlogs", "gcplogs", "logentries"];

    /// <summary>Options that every driver takes: those of the buffer, and those of the log that <c>docker logs</c> reads beside a driver that sends lines elsewhere.</summary>
    private static readonly string[] Common = ["mode", "max-buffer-size", "cache-disabled", "cache-max-size", "cache-max-file", "cache-compress"];

    /// <summary>False for the driver <c>none</c>: nothing is written at all.</summary>
    public bool Enabled { get; private init; } = true;

    /// <summary>Whether <c>logs</c> may read it.</summary>
    public bool Readable { get; private init; } = true;

    /// <summary>Bytes of a segment.</summary>
    public long SegmentSize { get; private init; } = DefaultSegmentSize;

    /// <summary>Segments kept.</summary>
    public int Segments { get; private init; } = Unbounded;

    /// <summary>Sends the lines elsewhere, or null.</summary>
    public LogDriver? Driver { get; private init; }

    /// <summary>Options of the driver, those of all drivers taken out.</summary>
    public IReadOnlyDictionary<string, string> Config { get; private init; } = new Dictionary<string, string>();

    /// <summary>Checks what a request asks for, the driver's own options and the files that they name too.</summary>
    /// <exception cref="DavitException">InvalidArgument, with Docker's texts.</exception>
    public static void Validate(LogConfig? log)
    {
        var options = Parse(log);
        options.Driver?.Validate(options.Config);
    }

    /// <summary>Reads what was checked before.</summary>
    /// <exception cref="DavitException">InvalidArgument: unknown driver or option, or a value out of range.</exception>
    public static LogOptions Parse(LogConfig? log)
    {
        var name = log?.Type is { Length: > 0 } type ? type : "json-file";
        var all = log?.Config ?? new Dictionary<string, string>();
        var driver = LogDrivers.Find(name);
        if (driver is null && name is not ("json-file" or "local" or "none"))
        {
            throw GoText.Invalid($"error looking up logging plugin {name}: plugin \"{name}\" not found", OtherDrivers.Contains(name) ? $"use {string.Join(", ", LogDrivers.Names)} or none" : null);
        }

        if (name == "none") return all.Count == 0 ? new LogOptions { Enabled = false, Readable = false } : throw GoText.Invalid("invalid logging opts for driver none");
        ValidateBuffer(all);
        var own = all.Where(pair => !Common.Contains(pair.Key)).ToDictionary();
        if (driver is null) return (name == "local" ? Local(own) : JsonFile(own)) with { Config = own };
        return Cache(all) with { Driver = driver, Config = own };
    }

    /// <summary>The container never waits for a driver, and the buffer is the log on disk: the values are checked, and what they ask for holds.</summary>
    private static void ValidateBuffer(IReadOnlyDictionary<string, string> options)
    {
        var mode = options.GetValueOrDefault("mode", "");
        if (mode is not ("" or "blocking" or "non-blocking")) throw GoText.Invalid($"logger: logging mode not supported: {mode}");
        if (!options.TryGetValue("max-buffer-size", out var size)) return;
        if (mode != "non-blocking") throw GoText.Invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
        GoText.Size(size, "error parsing option max-buffer-size: ");
    }

    private static LogOptions JsonFile(IReadOnlyDictionary<string, string> options)
    {
        RefuseUnknown(options, key => $"unknown log opt '{key}' for json-file log driver", "max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag");
        LogSource.Validate(options);
        long? size = options.TryGetValue("max-size", out var text) ? GoText.Size(text) : null;
        if (size == 0) throw GoText.Invalid("max-size must be a positive number");
        var files = options.TryGetValue("max-file", out text) ? GoText.Integer(text) : 1;
        if (files < 1) throw GoText.Invalid("max-file cannot be less than 1");
        if (options.TryGetValue("compress", out text) && GoText.Boolean(text) && (files < 2 || size is null)) throw GoText.Invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
        return size is { } bytes ? new LogOptions { SegmentSize = Math.Max(bytes, 4096), Segments = files } : new LogOptions();
    }

    private static LogOptions Local(IReadOnlyDictionary<string, string> options)
    {
        RefuseUnknown(options, key => $"unknown log opt '{key}' for log driver local", "max-size", "max-file", "compress");
        return Bounded(options, "max-size", "max-file", "compress");
    }

    /// <summary>The log beside a driver that sends the lines elsewhere: Docker's options and sizes.</summary>
    private static LogOptions Cache(IReadOnlyDictionary<string, string> options)
    {
        var disabled = false;
        if (options.TryGetValue("cache-disabled", out var text))
        {
            try
            {
                disabled = GoText.Boolean(text);
            }
            catch (DavitException)
            {
                throw GoText.Invalid($"invalid value for option cache-disabled: {text}");
            }
        }

        return Bounded(options, "cache-max-size", "cache-max-file", "cache-compress") with { Readable = !disabled };
    }

    private static LogOptions Bounded(IReadOnlyDictionary<string, string> options, string sizeKey, string filesKey, string compressKey)
    {
        var size = options.TryGetValue(sizeKey, out var text) ? GoText.Size(text, $"invalid value for {sizeKey}: {text}: ") : DefaultSegmentSize;
        var files = options.TryGetValue(filesKey, out text) ? GoText.Integer(text, $"invalid value for {filesKey}: {text}: ") : DefaultSegments;
        var compress = !options.TryGetValue(compressKey, out text) || GoText.Boolean(text, $"error reading {compressKey} log option: ");
        if (compress && files < 2) throw GoText.Invalid("compression cannot be enabled when max file count is 1", $"--log-opt {compressKey}=false");
        return size == 0 ? new LogOptions() : new LogOptions { SegmentSize = Math.Max(size, 4096), Segments = Math.Max(files, 1) };
    }

    private static void RefuseUnknown(IReadOnlyDictionary<string, string> options, Func<string, string> message, params ReadOnlySpan<string> known)
    {
        foreach (var key in options.Keys)
        {
            if (!known.Contains(key)) throw GoText.Invalid(message(key));
        }
    }
}
