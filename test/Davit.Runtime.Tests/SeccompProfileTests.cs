using Davit.Primitives;
using Davit.Runtime.Defaults;
using Davit.Runtime.Seccomp;

namespace Davit.Runtime.Tests;

public sealed class SeccompProfileTests
{
    private const string Profile = """
        { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
          "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] }, { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": null } ],
          "syscalls": [
            { "names": ["read"], "action": "SCMP_ACT_ALLOW" },
            { "names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "excludes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["s390"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["s390x"] } },
            { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } },
            { "names": ["future"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "99.0" } } ] }
        """;

    [Fact]
    public void Conditions_are_settled_by_capabilities_machine_and_kernel()
    {
        var plain = SeccompProfile.Read(Profile, []);
        Assert.Equal(["read", "clone3", "ptrace"], plain.Syscalls!.SelectMany(r => r.Names));
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], plain.Architectures);
        Assert.Equal(["read", "mount", "ptrace"], SeccompProfile.Read(Profile, ["CAP_SYS_ADMIN"]).Syscalls!.SelectMany(r => r.Names));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    public void What_is_no_profile_is_refused(string text) =>
        Assert.StartsWith("decoding seccomp profile failed: ", Assert.Throws<DavitException>(() => SeccompProfile.Read(text, [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Unknown_action_is_named()
    {
        var spec = SeccompProfile.Read("""{ "defaultAction": "SCMP_ACT_NOPE" }""", []);
        Assert.Equal("string \"SCMP_ACT_NOPE\" is not a valid action for seccomp", Assert.Throws<DavitException>(() => new SeccompFilter().Compile(spec)).Message);
    }

    [Fact]
    public void Default_profile_compiles_small_and_once()
    {
        var source = new SeccompSource();
        var filter = new SeccompFilter();
        var program = filter.Compile(source.For(null, ["CAP_CHOWN"]));
        Assert.Same(program, filter.Compile(source.For(null, ["CAP_CHOWN"])));
        Assert.InRange(program.Length / 8, 100, 1281);
    }

    [Fact]
    public void Default_profile_opens_with_capabilities()
    {
        Assert.DoesNotContain("mount", DefaultSeccomp.For([]).Syscalls!.SelectMany(r => r.Names));
        Assert.Contains("mount", DefaultSeccomp.For(["CAP_SYS_ADMIN"]).Syscalls!.SelectMany(r => r.Names));
    }
}
