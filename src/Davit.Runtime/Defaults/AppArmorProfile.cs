using Davit.Linux.Processes;
using Davit.Primitives;

namespace Davit.Runtime.Defaults;

/// <summary>The default AppArmor profile: what Docker's allows and denies, under a name of our own.</summary>
public static class AppArmorProfile
{
    /// <summary>Name of the profile.</summary>
    public const string Name = "davit-default";

    private const string LoadedProfiles = "/sys/kernel/security/apparmor/profiles";
    private const string Parser = "apparmor_parser";

    /// <summary>The profile's text.</summary>
    public static string Text { get; } = """
        #include <tunables/global>

        profile davit-default flags=(attach_disconnected,mediate_deleted) {
          #include <abstractions/base>

          network,
          capability,
          file,
          umount,

          # whoever is not confined may signal us, and so may the daemon's helpers; we may signal each other
          signal (receive) peer=unconfined,
          signal (receive) peer=davitd,
          signal (receive) peer=runc,
          signal (receive) peer=crun,
          signal (send,receive) peer=davit-default,

          deny mount,

          # places of /proc and /sys through which the host could be read or changed
          deny @{PROC}/{sysrq-trigger,kcore,kmem,mem} rwklx,
          deny @{PROC}/* w,
          deny @{PROC}/{acpi,asound,bus,driver,fs,irq,scsi,tty}/** w,
          deny @{PROC}/sys/{abi,debug,dev,fs,net,sunrpc,user,vm}/** w,
          deny @{PROC}/sys/kernel/{[^s],s[^h],sh[^m]}** w,
          deny /sys/{block,bus,class,dev,devices,hypervisor,kernel,module,power}/** wklx,
          deny /sys/fs/[^c]** wklx,
          deny /sys/{firmware,devices/virtual/powercap,kernel/security}/** rwklx,

          ptrace (trace,tracedby,read,readby) peer=davit-default,
        }

        """;

    /// <summary>Loads the profile when the kernel has AppArmor and does not know it yet.</summary>
    /// <returns>The profile's name, or null when this kernel has no AppArmor.</returns>
    /// <exception cref="DavitException">FailedPrecondition: AppArmor is on, and its parser is missing or refuses the profile.</exception>
    public static async Task<string?> EnsureLoadedAsync(CancellationToken cancellation)
    {
        if (!File.Exists(LoadedProfiles)) return null;
        foreach (var line in await File.ReadAllLinesAsync(LoadedProfiles, cancellation).ConfigureAwait(false))
        {
            if (line.StartsWith(Name + " (", StringComparison.Ordinal)) return Name;
        }

        try
        {
            var (code, _, error) = await Spawner.RunAsync(new ProgramRequest { Program = Parser, Arguments = ["-Kr"] }, Text, cancellation).ConfigureAwait(false);
            if (code == 0) return Name;
            throw new DavitException(ErrorKind.FailedPrecondition, $"AppArmor profile \"{Name}\" can't be loaded: {error.Trim()}");
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"AppArmor is enabled, and {Parser} is not installed", "install the package apparmor", e);
        }
    }
}
