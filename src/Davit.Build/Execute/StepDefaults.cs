using Davit.Oci.Runtime;

namespace Davit.Build.Execute;

/// <summary>What every step has before its instruction speaks.</summary>
internal static class StepDefaults
{
    public static Spec Create() => new()
    {
        OciVersion = "1.2.0",
        Process = new ProcessSpec(),
        Mounts = [],
        Linux = new LinuxSpec { Namespaces = [] },
    };
}
