namespace Davit.Storage.Check;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Subject">What it is about: a path, a digest.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Repair">What was done, or null when nothing was asked for or nothing can be done.</param>
public sealed record CheckFinding(string Subject, string Problem, string? Repair);
