using System.Text.RegularExpressions;

namespace Davit.Build.Conversion;

/// <summary>Names that look like secrets: BuildKit's rule SecretsUsedInArgOrEnv.</summary>
internal static partial class SecretNames
{
    public static bool Matches(string name) => Secret().IsMatch(name) && !Public().IsMatch(name);

    [GeneratedRegex("(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex("(?:_|^)(?:public)(?:_|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Public();
}
