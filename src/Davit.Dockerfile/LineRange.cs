namespace Davit.Dockerfile;

/// <summary>Lines of an instruction, counted from 1, both included.</summary>
/// <param name="Start">First line.</param>
/// <param name="End">Last line, heredocs included.</param>
public readonly record struct LineRange(int Start, int End);
