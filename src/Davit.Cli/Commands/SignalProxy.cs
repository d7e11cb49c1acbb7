using System.Runtime.InteropServices;
using Davit.Primitives;

namespace Davit.Cli.Commands;

/// <summary>Passes signals on to the container instead of following them.</summary>
internal sealed class SignalProxy : IDisposable
{
    private static readonly (PosixSignal Signal, string Name)[] Proxied =
    [
        (PosixSignal.SIGINT, "SIGINT"), (PosixSignal.SIGTERM, "SIGTERM"), (PosixSignal.SIGHUP, "SIGHUP"), (PosixSignal.SIGQUIT, "SIGQUIT"), (PosixSignal.SIGCONT, "SIGCONT"),

        // USR1 and USR2 by number: .NET has no names for them
        ((PosixSignal)10, "SIGUSR1"), ((PosixSignal)12, "SIGUSR2"),
    ];

    private readonly List<PosixSignalRegistration> _registrations = [];

    internal SignalProxy(CliContext context, string id)
    {
        foreach (var (signal, name) in Proxied)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, received =>
            {
                received.Cancel = true;
                SendAsync(context, id, name).GetAwaiter().GetResult();
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private static async Task SendAsync(CliContext context, string id, string name)
    {
        using var engine = context.NewEngine();
        try
        {
            await engine.DoAsync("POST", $"/containers/{id}/kill?signal={name}");
        }
        catch (DavitException)
        {
            // it ended before the signal came
        }
    }
}
