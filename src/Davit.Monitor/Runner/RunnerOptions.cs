namespace Davit.Monitor.Runner;

/// <summary>How the runner starts containers.</summary>
public sealed record RunnerOptions
{
    /// <summary>The executable <c>davit-monitor</c>; beside our own unless told otherwise.</summary>
    public string MonitorPath { get; init; } = Path.Combine(AppContext.BaseDirectory, "davit-monitor");

    /// <summary>A start that has not come so far is killed and tried once more without the zygote.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Start every monitor as a program of its own instead of forking it from the zygote: slower, and sure. <c>DAVIT_START=exec</c> asks for it.</summary>
    public bool WithoutZygote { get; init; } = Environment.GetEnvironmentVariable("DAVIT_START") == "exec";
}
