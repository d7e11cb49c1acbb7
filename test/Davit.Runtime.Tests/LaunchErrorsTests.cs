using Davit.Linux;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Tests;

public sealed class LaunchErrorsTests
{
    [Theory]
    [InlineData("exec: \"foo\": executable file not found in $PATH!", Errno.ENOENT, "exec: \"foo\": executable file not found in $PATH", 127)]
    [InlineData("exec: \"/nope\"", Errno.ENOENT, "exec: \"/nope\": stat /nope: no such file or directory", 127)]
    [InlineData("exec: \"/etc/passwd\"", Errno.EACCES, "exec: \"/etc/passwd\": permission denied", 126)]
    [InlineData("exec: \"/etc\"", Errno.EISDIR, "exec: \"/etc\": is a directory: permission denied", 126)]
    [InlineData("exec: \"/text\"", Errno.ENOEXEC, "exec /text: exec format error", 125)]
    public void Failed_execution_has_Dockers_words_and_exit_code(string text, Errno errno, string expected, int code)
    {
        var message = LaunchErrors.Failure(isExec: false, text, errno).Message;
        Assert.Equal(LaunchErrors.StartPrefix + expected, message);
        Assert.Equal(expected, LaunchErrors.Plain(message));
        Assert.Equal(code, LaunchErrors.ExitCode(message));
    }

    [Fact]
    public void Mount_of_a_file_on_a_directory_is_explained() =>
        Assert.EndsWith("not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type", LaunchErrors.Failure(false, "error mounting \"/a\" to rootfs at \"/b\"", Errno.ENOTDIR).Message, StringComparison.Ordinal);
}
