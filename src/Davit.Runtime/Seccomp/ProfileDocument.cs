using System.Text.Json.Serialization;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Seccomp;

/// <summary>A profile file.</summary>
internal sealed record ProfileDocument
{
    public string DefaultAction { get; init; } = "";

    public uint? DefaultErrnoRet { get; init; }

    public IReadOnlyList<string>? Architectures { get; init; }

    public IReadOnlyList<ProfileArchitecture>? ArchMap { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    public string? ListenerPath { get; init; }

    public string? ListenerMetadata { get; init; }

    public IReadOnlyList<ProfileRule>? Syscalls { get; init; }
}

internal sealed record ProfileArchitecture(string Architecture, IReadOnlyList<string>? SubArchitectures);

internal sealed record ProfileRule
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? Names { get; init; }

    public string Action { get; init; } = "";

    public uint? ErrnoRet { get; init; }

    public IReadOnlyList<SyscallArgument>? Args { get; init; }

    public ProfileFilter? Includes { get; init; }

    public ProfileFilter? Excludes { get; init; }
}

internal sealed record ProfileFilter
{
    public IReadOnlyList<string>? Caps { get; init; }

    public IReadOnlyList<string>? Arches { get; init; }

    public string? MinKernel { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip)]
[JsonSerializable(typeof(ProfileDocument))]
internal sealed partial class ProfileJson : JsonSerializerContext;
