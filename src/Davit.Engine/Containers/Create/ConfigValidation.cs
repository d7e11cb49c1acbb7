using System.Globalization;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Checks the portable half of a request.</summary>
internal static class ConfigValidation
{
    public static void Validate(ContainerConfig config)
    {
        if (config.WorkingDir.Length > 0 && !config.WorkingDir.StartsWith('/'))
        {
            throw Invalid($"the working directory '{config.WorkingDir}' is invalid, it needs to be an absolute path");
        }

        if (config.StopSignal is { Length: > 0 } signal && StopSignals.Number(signal) is null) throw Invalid($"invalid signal: {signal}");
        foreach (var variable in config.Env ?? [])
        {
            if (variable.Length == 0 || variable.StartsWith('=')) throw Invalid($"invalid environment variable: {variable}");
            if (variable.Contains('\0', StringComparison.Ordinal)) throw Invalid($"invalid environment variable: {ConfigMerge.NameOf(variable)}: contains a zero byte");
        }

        foreach (var word in (config.Entrypoint ?? []).Concat(config.Cmd ?? []))
        {
            if (word.Contains('\0', StringComparison.Ordinal)) throw Invalid("invalid command: contains a zero byte");
        }

        foreach (var port in config.ExposedPorts?.Keys ?? []) PortSpec.Parse(port);
        if (config.Healthcheck is { } health) Validate(health);
    }

    private static void Validate(HealthConfig health)
    {
        CheckDuration("Interval", health.Interval);
        CheckDuration("Timeout", health.Timeout);
        CheckDuration("StartPeriod", health.StartPeriod);
        CheckDuration("StartInterval", health.StartInterval);
        if (health.Retries < 0) throw Invalid("Retries in Healthcheck cannot be negative");
        if (health.Test is [var kind, ..] && kind is not ("NONE" or "CMD" or "CMD-SHELL" or "")) throw Invalid($"Unknown type {kind} in HEALTHCHECK");
    }

    private static void CheckDuration(string name, long nanoseconds)
    {
        if (nanoseconds is not 0 and < 1_000_000) throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} in Healthcheck cannot be less than 1ms"));
    }

    private static DavitException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
