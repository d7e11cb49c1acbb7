using System.Diagnostics;
using System.Globalization;
using Davit.Daemon.Composition;

namespace Davit.Daemon.Tests;

public class PidFileTests
{
    [Fact]
    public void A_daemon_that_is_just_being_killed_is_waited_for()
    {
        var directory = Directory.CreateTempSubdirectory("davit-pid-").FullName;
        var program = directory + "/davitd";
        File.Copy("/bin/sleep", program);
        using var killed = Process.Start(program, "1000");
        var path = directory + "/pid";
        File.WriteAllText(path, killed.Id.ToString(CultureInfo.InvariantCulture));

        killed.Kill(); // it is dying, not dead
        using (new PidFile(path)) Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), File.ReadAllText(path));

        killed.WaitForExit();
        Directory.Delete(directory, recursive: true);
    }
}
