using Davit.Monitor.Kernel;
using Davit.Monitor.Logs;
using Davit.Runtime.Launch;

namespace Davit.Monitor.Supervision;

/// <summary>The pipes between one process and its monitor, or its terminal; the same for a container and for an exec.</summary>
internal sealed class ProcessStreams
{
    private readonly bool _terminal;
    private readonly PipePair _in = new(-1, -1), _out = new(-1, -1), _error = new(-1, -1);

    /// <param name="terminal">The process gets a terminal, which comes from the container after the start.</param>
    /// <param name="stdin">A client may write.</param>
    /// <param name="output">Somebody reads.</param>
    internal ProcessStreams(bool terminal, bool stdin, bool output)
    {
        _terminal = terminal;
        if (terminal)
        {
            return;
        }

        if (stdin)
        {
            _in = PipePair.Create(large: false);
        }

        if (output)
        {
            _out = PipePair.Create(large: true);
            _error = PipePair.Create(large: true);
        }
    }

    /// <summary>What the runtime gives to the process.</summary>
    internal LaunchStreams ForProcess => new(_in.Read, _out.Write, _error.Write);

    internal InputSink? Input { get; private set; }

    internal List<OutputPump> Pumps { get; } = [];

    /// <summary>The terminal's master, or -1.</summary>
    internal int Terminal { get; private set; } = -1;

    /// <summary>All output has been read.</summary>
    internal bool Ended => Pumps.TrueForAll(pump => pump.Ended);

    /// <summary>The process runs: our ends go into the loop, its ends are closed.</summary>
    internal void Begin(EventLoop loop, int terminalMaster, bool stdin, NativeBuffer scratch, LogWriter? log, List<Client> clients, Action ended)
    {
        CloseTheirs();
        if (_terminal)
        {
            Terminal = terminalMaster;
            // Reading and writing are two registrations, which epoll wants on two descriptors.
            int reading = Sys.Control(terminalMaster, 1030, 3);
            Pumps.Add(new OutputPump(loop, reading, 1, scratch, log, clients, ended));
            int writing = stdin ? Sys.Control(terminalMaster, 1030, 3) : -1;
            Input = writing < 0 ? null : new InputSink(loop, writing, terminal: true);
            return;
        }

        Input = _in.Write < 0 ? null : new InputSink(loop, _in.Write, terminal: false);
        if (_out.Read >= 0)
        {
            Pumps.Add(new OutputPump(loop, _out.Read, 1, scratch, log, clients, ended));
            Pumps.Add(new OutputPump(loop, _error.Read, 2, scratch, log, clients, ended));
        }
    }

    /// <summary>The start failed: closes everything.</summary>
    internal void Abandon()
    {
        CloseTheirs();
        Sys.Close(_in.Write);
        Sys.Close(_out.Read);
        Sys.Close(_error.Read);
    }

    /// <summary>The process is dead: reads what is left without regard for slow clients.</summary>
    internal void Drain()
    {
        foreach (var pump in Pumps.ToArray())
        {
            pump.Draining = true;
            pump.Resume();
        }
    }

    /// <summary>Sets the terminal's size.</summary>
    internal unsafe void Resize(int columns, int rows)
    {
        if (Terminal >= 0 && columns > 0 && rows > 0)
        {
            ushort* size = stackalloc ushort[4];
            size[0] = (ushort)rows;
            size[1] = (ushort)columns;
            size[2] = size[3] = 0;
            // SAFETY: struct winsize is four shorts. TIOCSWINSZ.
            Sys.DeviceControl(Terminal, 0x5414, size);
        }
    }

    /// <summary>Ends what has not ended by itself.</summary>
    internal void Close()
    {
        Input?.Close();
        foreach (var pump in Pumps.ToArray())
        {
            pump.End();
        }

        if (Terminal >= 0)
        {
            Sys.Close(Terminal);
            Terminal = -1;
        }
    }

    private void CloseTheirs()
    {
        Sys.Close(_in.Read);
        Sys.Close(_out.Write);
        Sys.Close(_error.Write);
    }
}
