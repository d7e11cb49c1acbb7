using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Seccomp;

/// <summary>Profiles as Docker writes them: rules that hold for some architectures, kernels and capabilities only.</summary>
public static class SeccompProfile
{
    private const int SizeLimit = 4 << 20;

    /// <summary>Reads a profile and settles its conditions.</summary>
    /// <param name="json">Text of the profile.</param>
    /// <param name="capabilities">Capabilities that the container is given, <c>CAP_…</c>.</param>
    /// <exception cref="DavitException">Not a profile.</exception>
    public static SeccompSpec Read(string json, IReadOnlyCollection<string> capabilities)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > SizeLimit) throw new DavitException(ErrorKind.InvalidArgument, $"seccomp profile of {json.Length} characters is larger than {SizeLimit}");
        ProfileDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, ProfileJson.Default.ProfileDocument) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"decoding seccomp profile failed: {e.Message}", "give a file with a seccomp profile in JSON");
        }

        if (document.ArchMap is { Count: > 0 } && document.Architectures is { Count: > 0 })
        {
            throw new DavitException(ErrorKind.InvalidArgument, "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'");
        }

        var native = document.ArchMap?.FirstOrDefault(m => m.Architecture == "SCMP_ARCH_X86_64");
        return new SeccompSpec
        {
            DefaultAction = document.DefaultAction,
            DefaultErrnoRet = document.DefaultErrnoRet,
            Architectures = native is not null ? ["SCMP_ARCH_X86_64", .. native.SubArchitectures ?? []] : document.Architectures,
            Flags = document.Flags,
            ListenerPath = document.ListenerPath,
            ListenerMetadata = document.ListenerMetadata,
            Syscalls = [.. (document.Syscalls ?? []).Where(r => Holds(r, capabilities)).Select(Rule)],
        };
    }

    private static SyscallRule Rule(ProfileRule rule)
    {
        if (rule.Name is not null && rule.Names is { Count: > 0 })
        {
            throw new DavitException(ErrorKind.InvalidArgument, "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
        }

        return new() { Names = rule.Name is { } name ? [name] : rule.Names ?? [], Action = rule.Action, ErrnoRet = rule.ErrnoRet, Args = rule.Args is { Count: > 0 } ? rule.Args : null };
    }

    private static bool Holds(ProfileRule rule, IReadOnlyCollection<string> capabilities)
    {
        if (rule.Includes is { } with)
        {
            if (with.Arches is { Count: > 0 } && !with.Arches.Contains("amd64")) return false;
            if (with.Caps is { Count: > 0 } && !with.Caps.All(capabilities.Contains)) return false;
            if (with.MinKernel is { } least && !IsAtLeast(least)) return false;
        }

        if (rule.Excludes is not { } without) return true;
        return without.Arches?.Contains("amd64") != true && without.Caps?.Any(capabilities.Contains) != true && (without.MinKernel is not { } most || !IsAtLeast(most));
    }

    private static bool IsAtLeast(string kernel) =>
        Version.TryParse(kernel, out var version)
            ? Environment.OSVersion.Version >= version
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid kernel version: \"{kernel}\", expected <kernel>.<major>");
}
