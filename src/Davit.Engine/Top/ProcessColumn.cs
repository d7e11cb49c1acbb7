namespace Davit.Engine.Top;

/// <summary>A column of ps(1).</summary>
internal sealed record ProcessColumn(string Title, Func<ProcessRecord, string> Value);
