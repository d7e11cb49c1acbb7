using System.IO.Pipelines;

namespace Davit.Daemon.Front;

/// <summary>
/// Hides the client's end of input while unread bytes are left. Without it a request whose last bytes come together with the client's half-close fails in
/// Kestrel with "unexpected end of request content", although all of it is there.
/// </summary>
internal sealed class MaskedInput(PipeReader inner) : PipeReader
{
    private SequencePosition _end;
    private bool _wantsMore;

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // everything was looked at and something was left: only more input helps, so the end must be told now
        _wantsMore = examined.Equals(_end) && !consumed.Equals(examined);
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        result = Mask(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new(Mask(read.Result)) : SlowAsync(read);

        async ValueTask<ReadResult> SlowAsync(ValueTask<ReadResult> pending) => Mask(await pending.ConfigureAwait(false));
    }

    private ReadResult Mask(ReadResult result)
    {
        _end = result.Buffer.End;
        return result.IsCompleted && !result.Buffer.IsEmpty && !_wantsMore ? new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false) : result;
    }
}
