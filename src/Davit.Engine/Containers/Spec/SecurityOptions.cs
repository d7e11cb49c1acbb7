using Davit.Primitives;

namespace Davit.Engine.Containers.Spec;

/// <summary>What <c>--security-opt</c> asks for.</summary>
/// <param name="Seccomp">Profile as JSON text, <c>unconfined</c>, or null for the default.</param>
/// <param name="AppArmor">Profile name, <c>unconfined</c>, or null for the default.</param>
/// <param name="NoNewPrivileges">Whether set, or null when not said.</param>
/// <param name="SystemPathsUnconfined">No masked and no read-only paths.</param>
/// <param name="WritableCgroups">The cgroup file system may be written.</param>
internal sealed record SecurityOptions(string? Seccomp, string? AppArmor, bool? NoNewPrivileges, bool SystemPathsUnconfined, bool WritableCgroups)
{
    /// <exception cref="DavitException">InvalidArgument: <c>invalid --security-opt 2: "x"</c>.</exception>
    public static SecurityOptions Parse(IReadOnlyList<string> options)
    {
        var result = new SecurityOptions(null, null, null, false, false);
        foreach (var option in options)
        {
            if (option == "no-new-privileges")
            {
                result = result with { NoNewPrivileges = true };
                continue;
            }

            if (option == "disable") continue;
            var separator = option.IndexOf('=', StringComparison.Ordinal);
            if (separator < 0) separator = option.IndexOf(':', StringComparison.Ordinal); // the old form
            if (separator < 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid --security-opt 1: \"{option}\"");
            var value = option[(separator + 1)..];
            result = option[..separator] switch
            {
                "label" => Label(option, value, result),
                "apparmor" => result with { AppArmor = value },
                "seccomp" => result with { Seccomp = value == "builtin" ? null : value },
                "no-new-privileges" => result with { NoNewPrivileges = Flag(option, value) },
                "systempaths" when value == "unconfined" => result with { SystemPathsUnconfined = true },
                "writable-cgroups" => result with { WritableCgroups = Flag(option, value) },
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"invalid --security-opt 2: \"{option}\""),
            };
        }

        return result;
    }

    /// <summary>SELinux labels can't be given where SELinux is not: only taking them away is what happens anyway.</summary>
    private static SecurityOptions Label(string option, string value, SecurityOptions result) =>
        value == "disable" || value.StartsWith("level:", StringComparison.Ordinal) || value.StartsWith("type:", StringComparison.Ordinal)
        || value.StartsWith("user:", StringComparison.Ordinal) || value.StartsWith("role:", StringComparison.Ordinal)
            ? result.RequireNoSelinux(option, value)
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid --security-opt 2: \"{option}\"");

    private SecurityOptions RequireNoSelinux(string option, string value) =>
        value == "disable" ? this : throw new DavitException(ErrorKind.InvalidArgument, $"invalid --security-opt: \"{option}\": SELinux labels are not offered", "leave it out, or use label=disable");

    private static bool Flag(string option, string value) => value.ToLowerInvariant() switch
    {
        "true" or "1" or "t" => true,
        "false" or "0" or "f" => false,
        _ => throw new DavitException(ErrorKind.InvalidArgument, $"invalid --security-opt 2: \"{option}\""),
    };
}
