namespace Davit.Runtime.Checkpoint;

/// <summary>What CRIU answers (criu_resp of its rpc.proto), the parts that are used.</summary>
internal sealed record CriuResponse
{
    /// <summary>Kind of the request that it answers.</summary>
    internal CriuRequestKind Kind { get; private set; }

    internal bool Success { get; private set; }

    /// <summary>First process of what was restored; of a notification, the process that it is about.</summary>
    internal int Pid { get; private set; }

    /// <summary>Name of a notification.</summary>
    internal string Script { get; private set; } = "";

    internal int ErrorNumber { get; private set; }

    /// <summary>Changes of memory can be tracked.</summary>
    internal bool MemoryTracking { get; private set; }

    /// <summary>Memory can come later.</summary>
    internal bool LazyPages { get; private set; }

    /// <summary>Version as one number: 4.2.1 is 40201.</summary>
    internal int Version { get; private set; }

    /// <exception cref="InvalidDataException">It is no answer.</exception>
    internal static CriuResponse Read(ReadOnlySpan<byte> bytes)
    {
        var response = new CriuResponse();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    response.Kind = (CriuRequestKind)reader.Number;
                    break;
                case 2:
                    response.Success = reader.Number != 0;
                    break;
                case 4 or 5 or 8 or 10:
                    response.Part(reader.Field, new ProtoReader(reader.Bytes));
                    break;
                case 7:
                    response.ErrorNumber = (int)reader.Number;
                    break;
            }
        }

        return response;
    }

    private void Part(int part, ProtoReader reader)
    {
        while (reader.Next())
        {
            switch (part, reader.Field)
            {
                case (4, 1) or (5, 2):
                    Pid = (int)reader.Number;
                    break;
                case (5, 1):
                    Script = reader.Text;
                    break;
                case (8, 1):
                    MemoryTracking = reader.Number != 0;
                    break;
                case (8, 2):
                    LazyPages = reader.Number != 0;
                    break;
                case (10, 1):
                    Version += 10_000 * (int)reader.Number;
                    break;
                case (10, 2):
                    Version += 100 * (int)reader.Number;
                    break;
                case (10, 4):
                    Version += (int)reader.Number;
                    break;
            }
        }
    }
}

/// <summary>Kinds of requests (criu_req_type).</summary>
internal enum CriuRequestKind
{
    Dump = 1,
    Restore = 2,
    PreDump = 4,
    Notify = 6,
    FeatureCheck = 9,
    Version = 10,
}
