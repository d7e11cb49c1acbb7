namespace Davit.Monitor.Logs;

/// <summary>Whole records as they stand on disk, the cheap form for long reads; valid until the next batch is asked for.</summary>
public readonly struct LogBatch
{
    private readonly ReadOnlyMemory<byte> _records;
    private readonly LogPosition _start;
    private readonly bool _stdout, _stderr;

    internal LogBatch(ReadOnlyMemory<byte> records, LogPosition start, bool stdout, bool stderr)
    {
        _records = records;
        _start = start;
        _stdout = stdout;
        _stderr = stderr;
    }

    /// <summary>Bytes of the batch with the record headers; what its payloads need is less.</summary>
    public int Size => _records.Length;

    /// <summary>The place behind the last record, where a later reading goes on.</summary>
    public LogPosition End => _start with { Offset = _start.Offset + _records.Length };

    /// <summary>Walks the wanted records.</summary>
    public Enumerator GetEnumerator() => new(_records, _start, _stdout, _stderr);

    /// <summary>Walks records without allocating.</summary>
    public struct Enumerator
    {
        private readonly ReadOnlyMemory<byte> _records;
        private readonly LogPosition _start;
        private readonly bool _stdout, _stderr;
        private int _next;

        internal Enumerator(ReadOnlyMemory<byte> records, LogPosition start, bool stdout, bool stderr)
        {
            _records = records;
            _start = start;
            _stdout = stdout;
            _stderr = stderr;
            Current = default;
        }

        /// <summary>The record.</summary>
        public LogRecord Current { get; private set; }

        /// <summary>The place behind the record.</summary>
        public readonly LogPosition End => _start with { Offset = _start.Offset + _next };

        /// <summary>Goes to the next wanted record.</summary>
        public bool MoveNext()
        {
            while (_next < _records.Length)
            {
                LogFormat.TryReadHeader(_records.Span[_next..], out int stream, out bool partial, out int length, out long time);
                int payload = _next + LogFormat.RecordHeaderSize;
                _next = payload + length;
                if (stream == 2 ? _stderr : _stdout)
                {
                    Current = new LogRecord(stream, time, partial, _records.Slice(payload, length));
                    return true;
                }
            }

            return false;
        }
    }
}
