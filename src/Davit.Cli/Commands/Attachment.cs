using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Davit.Cli.Http;
using Davit.Cli.Terminals;
using Davit.DockerApi.Containers;

namespace Davit.Cli.Commands;

/// <summary>Joins the user's streams with those of a process: frames to stdout and stderr, keys to the process, the window's size, and half-close at the end of input.</summary>
internal static class Attachment
{
    /// <summary>Pumps until the output ends.</summary>
    /// <param name="context">The user's streams.</param>
    /// <param name="connection">The process's.</param>
    /// <param name="stdin">Pass input on.</param>
    /// <param name="tty">The process has a terminal: the user's goes raw.</param>
    /// <param name="resize">Path to post the window's size to, or null.</param>
    /// <param name="keys">What detaches from a terminal; null is the default.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>True when the user typed the keys that detach: the process goes on, and has no exit code yet.</returns>
    internal static async Task<bool> PumpAsync(CliContext context, HijackedConnection connection, bool stdin, bool tty, string? resize, string? keys, CancellationToken cancellation)
    {
        var detach = new DetachWatch(tty && stdin ? DetachKeys.Parse(keys) : null);
        var raw = tty && stdin && context.InIsTerminal;
        if (raw) Terminal.MakeRaw();
        PosixSignalRegistration? window = null;
        try
        {
            if (tty && resize is not null)
            {
                await ResizeAsync(context, resize);
                window = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => ResizeAsync(context, resize).GetAwaiter().GetResult());
            }

            // the reader of input can't be woken when output ends: it is left behind, and the process ends over it
            if (stdin) _ = Task.Run(() => InputAsync(context, connection, detach), cancellation);
            await OutputAsync(context, connection, cancellation);
            return detach.Seen;
        }
        finally
        {
            window?.Dispose();
            if (raw) Terminal.Restore();
        }
    }

    /// <summary>Tells the engine how large the user's window is.</summary>
    internal static async Task ResizeAsync(CliContext context, string path)
    {
        if (Terminal.Size() is not { } size) return;
        using var own = context.NewEngine();
        try
        {
            await own.DoAsync("POST", $"{path}?h={size.Rows}&w={size.Columns}");
        }
        catch (Primitives.DavitException)
        {
            // the process may have ended meanwhile; its size matters no more
        }
    }

    private static async Task InputAsync(CliContext context, HijackedConnection connection, DetachWatch detach)
    {
        var buffer = new byte[32 << 10];
        try
        {
            int count;
            while ((count = await context.RawIn.ReadAsync(buffer)) > 0)
            {
                detach.See(buffer.AsSpan(0, count));
                await connection.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
            }

            connection.CloseWrite();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // the process ended without reading everything
        }
    }

    private static async Task OutputAsync(CliContext context, HijackedConnection connection, CancellationToken cancellation)
    {
        var buffer = new byte[32 << 10];
        if (!connection.Multiplexed)
        {
            int count;
            while ((count = await connection.ReadAsync(buffer, cancellation)) > 0)
            {
                await context.RawOut.WriteAsync(buffer.AsMemory(0, count), cancellation);
                await context.RawOut.FlushAsync(cancellation);
            }

            return;
        }

        await DemultiplexAsync(connection.ReadAsync, context.RawOut, context.RawError, cancellation);
    }

    /// <summary>Sorts frames (<c>{1|2,0,0,0,length}</c>) into two streams.</summary>
    internal static async Task DemultiplexAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Stream output, Stream error, CancellationToken cancellation)
    {
        var buffer = new byte[32 << 10];
        while (true)
        {
            var filled = 0;
            while (filled < 8)
            {
                var count = await read(buffer.AsMemory(filled, 8 - filled), cancellation);
                if (count == 0) return;
                filled += count;
            }

            var target = buffer[0] == 2 ? error : output;
            var left = (int)BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            while (left > 0)
            {
                var count = await read(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellation);
                if (count == 0) return;
                await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
                left -= count;
            }

            await target.FlushAsync(cancellation);
        }
    }
}
