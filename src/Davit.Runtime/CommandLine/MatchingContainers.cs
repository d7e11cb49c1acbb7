using System.Runtime.InteropServices;
using System.Text;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>Commands on all containers whose ids an extended regular expression matches, as crun has them. libc's expressions cost nothing, those of .NET half a megabyte.</summary>
internal static unsafe partial class MatchingContainers
{
    private const int Extended = 1, NoSubmatches = 8, Room = 256;

    /// <summary>Does something with each; one that fails is told, and the others have their turn.</summary>
    /// <returns>Exit code.</returns>
    /// <exception cref="DavitException">InvalidArgument: no expression.</exception>
    internal static int Run(OciContainers containers, string pattern, Action<string> command)
    {
        // regex_t has 64 bytes with glibc and 64 with musl
        var expression = stackalloc byte[Room];
        var error = Compile(expression, pattern, Extended | NoSubmatches);
        if (error != 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid regular expression \"{pattern}\": {Explain(error, expression)}");
        var code = 0;
        try
        {
            foreach (var state in containers.Directory.All().Where(s => Execute(expression, s.Id, 0, 0, 0) == 0))
            {
                try
                {
                    command(state.Id);
                }
                catch (DavitException e)
                {
                    containers.Warn($"container {state.Id}: {e.Message}");
                    code = 1;
                }
            }
        }
        finally
        {
            Free(expression);
        }

        return code;
    }

    private static string Explain(int error, byte* expression)
    {
        var text = new byte[Room];
        fixed (byte* start = text) Describe(error, expression, start, Room);
        return Encoding.UTF8.GetString(text, 0, Array.IndexOf(text, (byte)0));
    }

    [LibraryImport("libc", EntryPoint = "regcomp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Compile(byte* expression, string pattern, int flags);

    [LibraryImport("libc", EntryPoint = "regexec", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(byte* expression, string text, nuint matches, nint places, int flags);

    [LibraryImport("libc", EntryPoint = "regerror")]
    private static partial nuint Describe(int error, byte* expression, byte* text, nuint room);

    [LibraryImport("libc", EntryPoint = "regfree")]
    private static partial void Free(byte* expression);
}
