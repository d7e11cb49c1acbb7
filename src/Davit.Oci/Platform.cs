using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Davit.Primitives;

namespace Davit.Oci;

/// <summary>What an image runs on (image-spec, image-index.md, "platform").</summary>
public sealed record Platform
{
    /// <summary>GOARCH value, for example <c>amd64</c>.</summary>
    [JsonPropertyName("architecture")]
    public string Architecture { get; init; } = "";

    /// <summary>GOOS value, for example <c>linux</c>.</summary>
    [JsonPropertyName("os")]
    public string Os { get; init; } = "";

    /// <summary>Version of the operating system, or null.</summary>
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    /// <summary>Variant of the architecture, for example <c>v8</c>, or null.</summary>
    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    /// <summary>What this machine runs.</summary>
    [JsonIgnore]
    public static Platform Host { get; } = new()
    {
        Os = "linux",
        Architecture = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
    };

    /// <summary>Reads <c>os/arch[/variant]</c>, or one of its parts, as <c>--platform</c> takes it.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static Platform Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split('/');
        if (parts.Length > 3 || parts.Any(p => p.Length == 0 || p.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"\"{text}\" is an invalid component of \"{text}\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument");
        }

        if (parts.Length == 1) return parts[0] is "linux" or "windows" or "darwin" or "freebsd" ? Host with { Os = parts[0] } : Normalize(new() { Os = "linux", Architecture = parts[0] });
        return Normalize(new() { Os = parts[0], Architecture = parts[1], Variant = parts.Length == 3 ? parts[2] : null });
    }

    /// <summary>True when content for <paramref name="candidate"/> runs where this platform is asked for.</summary>
    public bool Accepts(Platform candidate)
    {
        var other = Normalize(candidate);
        var self = Normalize(this);
        return other.Os == self.Os && other.Architecture == self.Architecture && (other.Variant ?? "") == (self.Variant ?? "");
    }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static Platform Normalize(Platform platform) => (platform.Architecture, platform.Variant) switch
    {
        ("x86_64" or "x86-64", _) => platform with { Architecture = "amd64", Variant = null },
        ("aarch64", _) => platform with { Architecture = "arm64", Variant = null },
        ("arm64", "v8" or "8") => platform with { Variant = null },
        ("amd64", "v1") => platform with { Variant = null },
        ("arm", null or "") => platform with { Variant = "v7" },
        _ => platform,
    };
}
