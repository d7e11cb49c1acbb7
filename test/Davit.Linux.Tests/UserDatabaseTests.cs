using Davit.Linux.Users;
using Davit.Primitives;

namespace Davit.Linux.Tests;

public sealed class UserDatabaseTests
{
    private static readonly UserDatabase Database = UserDatabase.Parse(
        "# comment\nroot:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nbroken line\n1234:x:77:78:::\n",
        "root:x:0:\nnode:x:1000:\naudio:x:29:node,other\nwheel:x:10:node\n");

    [Fact]
    public void Name_brings_its_group_home_and_memberships()
    {
        var user = Database.Resolve("node", []);
        Assert.Equal((1000u, 1000u, "/home/node"), (user.Uid, user.Gid, user.Home));
        Assert.Equal([29u, 10u], user.AdditionalGids);
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("1000", 1000, 1000)]
    [InlineData("5000", 5000, 0)]
    [InlineData("5000:6000", 5000, 6000)]
    [InlineData("node:audio", 1000, 29)]
    [InlineData(":audio", 0, 29)]
    [InlineData("1234", 77, 78)]
    public void Numbers_need_no_entry_and_a_name_wins_over_a_number(string text, uint uid, uint gid)
    {
        var user = Database.Resolve(text, []);
        Assert.Equal((uid, gid), (user.Uid, user.Gid));
    }

    [Fact]
    public void Explicit_group_takes_the_memberships_away() => Assert.Empty(Database.Resolve("node:node", []).AdditionalGids);

    [Fact]
    public void Further_groups_come_by_name_and_number() => Assert.Equal([10u, 4242u], Database.Resolve("root", ["wheel", "4242"]).AdditionalGids);

    [Theory]
    [InlineData("nosuch", "unable to find user nosuch: no matching entries in passwd file")]
    [InlineData("root:nosuch", "unable to find group nosuch: no matching entries in group file")]
    [InlineData("-1", "uids and gids must be in range 0-2147483647")]
    [InlineData("2147483648", "uids and gids must be in range 0-2147483647")]
    public void Unknown_names_and_wrong_numbers_are_told_in_Dockers_words(string text, string message) =>
        Assert.Equal(message, Assert.Throws<DavitException>(() => Database.Resolve(text, [])).Message);
}
