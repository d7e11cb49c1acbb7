using System.Globalization;
using Davit.Engine.Filters;
using Davit.Primitives;

namespace Davit.Engine.Logs.Drivers;

/// <summary>Values of options as Docker reads them, refused in its words.</summary>
internal static class GoText
{
    /// <exception cref="DavitException">InvalidArgument, with the prefix before the reason.</exception>
    public static bool Boolean(string text, string prefix = "") => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Invalid($"{prefix}strconv.ParseBool: parsing \"{text}\": invalid syntax"),
    };

    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static int Integer(string text, string prefix = "") =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid($"{prefix}strconv.Atoi: parsing \"{text}\": invalid syntax");

    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static TimeSpan Duration(string text, string prefix = "") => Moments.Duration(text) ?? throw Invalid($"{prefix}time: invalid duration \"{text}\"");

    /// <summary>Bytes of <c>10m</c>, <c>1g</c>, <c>512</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static long Size(string text, string prefix = "") => TrySize(text) ?? throw Invalid($"{prefix}invalid size: '{text}'");

    /// <summary>Bytes of a size; null when it is none.</summary>
    public static long? TrySize(string text)
    {
        var digits = text.Trim().TrimEnd('b', 'B');
        if (digits.Length > 1 && digits[^1] is 'i' or 'I') digits = digits[..^1];
        if (digits.Length == 0) return null;
        var unit = char.ToLowerInvariant(digits[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, 't' => 1L << 40, 'p' => 1L << 50, _ => 1 };
        if (unit > 1) digits = digits[..^1].TrimEnd();
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= 0 && number < (decimal)long.MaxValue / unit ? (long)(number * unit) : null;
    }

    public static DavitException Invalid(string message, string? hint = null) => new(ErrorKind.InvalidArgument, message, hint);
}
