using Davit.Primitives;

namespace Davit.Monitor.Protocol;

/// <summary>What a monitor is told at its start, beside the plan that Davit.Runtime executes. Travels in a memfd: the block's fields, then the plan.</summary>
internal sealed record LaunchBlock
{
    private const long Magic = 0x314C4D5456_44; // "DVTML1"

    internal required string Id { get; init; }

    internal required string RunDirectory { get; init; }

    internal required string ExitFile { get; init; }

    /// <summary>The exit record must be on disk, not only in a run-time directory.</summary>
    internal bool SyncExit { get; init; }

    internal string LogDirectory { get; init; } = "";

    internal long LogSegmentSize { get; init; }

    internal int LogSegments { get; init; }

    internal bool Terminal { get; init; }

    internal bool OpenStdin { get; init; }

    internal bool StdinOnce { get; init; }

    /// <summary>Its processes end with the first one, by the kernel's doing.</summary>
    internal bool OwnPids { get; init; }

    /// <summary>Network namespace for the resolver; empty for none.</summary>
    internal string NamesNamespace { get; init; } = "";

    /// <summary>Port of the resolver.</summary>
    internal int NamesPort { get; init; }

    internal string[] NamesFiles { get; init; } = [];

    internal string[] Upstreams { get; init; } = [];

    /// <summary>Flags of the prepared attachments, whose sockets travel after the block in this order.</summary>
    internal byte[] Attachments { get; init; } = [];

    internal byte[] Write(ReadOnlySpan<byte> plan)
    {
        var fields = new FieldWriter();
        fields.Add(Magic);
        fields.Add(MessageHead.CurrentVersion);
        fields.Add(Id);
        fields.Add(RunDirectory);
        fields.Add(ExitFile);
        fields.Add(SyncExit);
        fields.Add(LogDirectory);
        fields.Add(LogSegmentSize);
        fields.Add(LogSegments);
        fields.Add(Terminal);
        fields.Add(OpenStdin);
        fields.Add(StdinOnce);
        fields.Add(OwnPids);
        fields.Add(NamesNamespace);
        fields.Add(NamesPort);
        fields.Add(NamesFiles);
        fields.Add(Upstreams);
        fields.Add(Attachments.AsSpan());
        var head = fields.ToArray();

        // The plan begins on a page of its own: it is relocated in place.
        int start = (8 + head.Length + 4095) & ~4095;
        var block = new byte[start + plan.Length];
        BitConverter.TryWriteBytes(block, (long)start);
        head.CopyTo(block, 8);
        plan.CopyTo(block.AsSpan(start));
        return block;
    }

    internal static LaunchBlock Read(ReadOnlySpan<byte> block, out int planOffset)
    {
        var start = new FieldReader(block).Number();
        if (start < 8 || start > block.Length)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "broken launch block");
        }

        planOffset = (int)start;
        var fields = new FieldReader(block[8..planOffset]);
        if (fields.Number() != Magic || fields.Number() != MessageHead.CurrentVersion)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "launch block of another version");
        }

        return new LaunchBlock
        {
            Id = fields.Text(),
            RunDirectory = fields.Text(),
            ExitFile = fields.Text(),
            SyncExit = fields.Flag(),
            LogDirectory = fields.Text(),
            LogSegmentSize = fields.Number(),
            LogSegments = (int)fields.Number(),
            Terminal = fields.Flag(),
            OpenStdin = fields.Flag(),
            StdinOnce = fields.Flag(),
            OwnPids = fields.Flag(),
            NamesNamespace = fields.Text(),
            NamesPort = (int)fields.Number(),
            NamesFiles = fields.Texts(),
            Upstreams = fields.Texts(),
            Attachments = fields.Bytes().ToArray(),
        };
    }
}
