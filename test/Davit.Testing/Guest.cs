namespace Davit.Testing;

/// <summary>A throw-away host with cgroup version 2 alone and AppArmor, which runs one script: <c>eng/peers/v2host</c> (user-mode Linux) or <c>eng/peers/vmhost</c> (qemu, with systemd).</summary>
public static class Guest
{
    private static int s_last;

    /// <summary>Boots one and runs a script in it as root.</summary>
    /// <param name="host"><c>v2host</c> or <c>vmhost</c>.</param>
    /// <param name="script">File of the source tree.</param>
    /// <param name="seconds">What booting and the script may take.</param>
    /// <param name="files">What lies in <c>/x</c> beside the script: a path here, and the name there; one that ends with a slash is a directory that it goes into.</param>
    public static async Task<Command> RunAsync(string host, string script, int seconds, params (string From, string To)[] files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var directory = Directory.CreateDirectory($"/tmp/davit-guest-{Environment.ProcessId}x{Interlocked.Increment(ref s_last)}").FullName;
        try
        {
            foreach (var (from, to) in files.Prepend((Path.Combine(Project.Root, script), "")))
            {
                if (to.EndsWith('/')) Directory.CreateDirectory($"{directory}/{to}");
                (await Command.RunAsync("cp", ["-aL", from, $"{directory}/{to}"])).Succeeded();
            }

            var program = Path.Combine(Project.Root, "eng/peers", host);
            (await Command.RunAsync(program, ["up"], limit: TimeSpan.FromMinutes(20))).Succeeded();
            var run = await Command.RunAsync(program, ["run", $"{directory}/{Path.GetFileName(script)}", $"{seconds}"], limit: TimeSpan.FromSeconds(seconds + 60));
            return run with { Output = run.Output.Replace("\r", "", StringComparison.Ordinal) };
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
