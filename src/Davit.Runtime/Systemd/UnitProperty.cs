namespace Davit.Runtime.Systemd;

/// <summary>A property of a systemd unit, as its D-Bus interface takes it (org.freedesktop.systemd1(5)).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Signature">Type: <c>s b t u i x as au ay a(ss)</c>.</param>
/// <param name="Value">string, bool, ulong, uint, int, long, string[], uint[], byte[] or (string, string)[], as the type says.</param>
internal sealed record UnitProperty(string Name, string Signature, object Value)
{
    internal static UnitProperty Of(string name, string value) => new(name, "s", value);

    internal static UnitProperty Of(string name, bool value) => new(name, "b", value);

    internal static UnitProperty Of(string name, ulong value) => new(name, "t", value);
}
