namespace Davit.Runtime.Lifecycle;

/// <summary>Options of create, run and exec.</summary>
internal sealed record CreateRequest
{
    internal string Id { get; init; } = "";

    internal string Bundle { get; init; } = ".";

    internal string? ConsoleSocket { get; init; }

    internal string? PidFile { get; init; }

    internal int PreserveDescriptors { get; init; }

    internal bool NoNewKeyring { get; init; }

    internal bool Detach { get; init; }

    internal bool Keep { get; init; }
}
