using System.Buffers.Binary;
using System.Text;
using Davit.Linux;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Tests;

public sealed class ExecutableFileTests
{
    private readonly Dictionary<string, byte[]> _files = new() { ["/bin/sh"] = Elf(62, null) };

    [Theory]
    [InlineData("#!/bin/nosuch\n", Errno.ENOENT, "its interpreter /bin/nosuch, named on its first line, is not in the image")]
    [InlineData("#! /bin/nosuch -e\n", Errno.ENOENT, "its interpreter /bin/nosuch,")]
    [InlineData("#!/bin/sh\r\necho\r\n", Errno.ENOENT, "carriage return, so that \"/bin/sh\\r\" is looked for")]
    [InlineData("#!\n", Errno.ENOEXEC, "names no interpreter")]
    [InlineData("echo hello\n", Errno.ENOEXEC, "no script with an interpreter on its first line")]
    [InlineData("", Errno.ENOEXEC, "the file is empty")]
    [InlineData("\u007FELF", Errno.ENOEXEC, "cut off")]
    public void Script_that_cannot_run_is_explained(string content, Errno errno, string why)
    {
        _files["/x"] = Encoding.UTF8.GetBytes(content);
        var explained = Explain();
        Assert.Equal(errno, explained!.Value.Errno);
        Assert.Contains(why, explained.Value.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/lib64/ld-linux-x86-64.so.2", "it is built for glibc")]
    [InlineData("/lib/ld-musl-x86_64.so.1", "it is built for musl, as in Alpine")]
    public void Missing_loader_is_named_with_its_library(string loader, string library)
    {
        _files["/x"] = Elf(62, loader);
        Assert.Contains($"its loader {loader} is not in the image: {library}", Explain()!.Value.Why, StringComparison.Ordinal);
        _files[loader] = Elf(62, null);
        Assert.Null(Explain());
    }

    [Theory]
    [InlineData(183, "arm64")]
    [InlineData(243, "riscv64")]
    [InlineData(9999, "another machine (ELF number 9999)")]
    public void Program_of_another_machine_is_told(int machine, string name)
    {
        _files["/x"] = Elf(machine, null);
        Assert.StartsWith($"it is built for {name}, and this machine is amd64", Explain()!.Value.Why, StringComparison.Ordinal);
        _files["/y"] = _files["/x"];
        _files["/x"] = "#!/y\n"u8.ToArray();
        Assert.StartsWith($"its interpreter /y: it is built for {name}", Explain()!.Value.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/bin/sh\n")]
    [InlineData("#!/bin/sh -e\r\n")]
    [InlineData("#!bin/relative\n")]
    [InlineData("#!/unknown/interpreter\n")]
    public void What_can_run_or_is_not_known_is_left_alone(string content)
    {
        _files["/x"] = Encoding.UTF8.GetBytes(content);
        Assert.Null(Explain());
    }

    [Fact]
    public void Nonsense_of_any_kind_ends()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Elf(62, "/lib/ld.so");
            for (var n = random.Next(1, 8); n > 0; n--) bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            _files["/x"] = bytes[..random.Next(bytes.Length)];
            Explain();
        }
    }

    private (Errno Errno, string Why)? Explain() => ExecutableFile.Explain("/x", path => path.StartsWith("/unknown/", StringComparison.Ordinal) ? (false, null) : (true, _files.GetValueOrDefault(path)));

    /// <summary>An ELF file of 64 bits with one program header.</summary>
    private static byte[] Elf(int machine, string? loader)
    {
        var bytes = new byte[ExecutableFile.HeadLength];
        "\u007FELF\u0002\u0001\u0001"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), (ushort)machine);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(56), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(64), loader is null ? 1u : 3u);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(72), 200);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(96), (ulong)(loader?.Length + 1 ?? 0));
        Encoding.UTF8.GetBytes(loader ?? "").CopyTo(bytes, 200);
        return bytes;
    }
}
