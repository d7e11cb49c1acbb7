using Davit.Linux.Mounts;

namespace Davit.Linux.Tests;

public sealed class MountTableTests
{
    [Fact]
    public void Line_is_taken_apart_and_octal_escapes_are_resolved()
    {
        var mount = Assert.Single(MountTable.Parse(["36 35 98:0 /a\\040b /mnt\\011x rw,noatime shared:1 master:2 - ext4 /dev/root rw,errors=continue"]));
        Assert.Equal((36, 35, "/a b", "/mnt\tx", "rw,noatime", "shared:1 master:2", "ext4", "/dev/root", "rw,errors=continue"), (mount.Id, mount.Parent, mount.Root, mount.MountPoint, mount.Options, mount.Propagation, mount.FileSystem, mount.Source, mount.SuperOptions));
    }

    [Fact]
    public void Own_table_has_a_root() => Assert.Contains(MountTable.Read(), m => m.MountPoint == "/");
}
