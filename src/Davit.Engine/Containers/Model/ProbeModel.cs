namespace Davit.Engine.Containers.Model;

/// <summary>One health probe.</summary>
internal sealed record ProbeModel(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);
