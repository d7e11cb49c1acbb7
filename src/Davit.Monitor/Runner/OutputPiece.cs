namespace Davit.Monitor.Runner;

/// <summary>A piece of output.</summary>
/// <param name="Stream">1 for stdout or the terminal, 2 for stderr.</param>
/// <param name="Count">Bytes read; 0 at the end.</param>
public readonly record struct OutputPiece(int Stream, int Count);
