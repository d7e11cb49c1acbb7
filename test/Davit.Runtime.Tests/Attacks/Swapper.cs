using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>A container whose only process lets two paths of a directory that it shares with others change places until it is killed, or some millions of times.</summary>
internal static class Swapper
{
    private const int Swaps = 20_000_000;

    /// <summary>Starts it.</summary>
    /// <param name="attacker">The container.</param>
    /// <param name="shared">The directory.</param>
    /// <param name="first">A name in it.</param>
    /// <param name="second">Another.</param>
    internal static async Task StartAsync(OciBundle attacker, string shared, string first, string second)
    {
        attacker.Mount(new() { Destination = "/shared", Type = "bind", Source = shared, Options = ["rbind"] });
        ElfProgram.Write(attacker.Root + "/swap", SwapProgram.Bytes("/shared/" + first, "/shared/" + second, Swaps));
        await attacker.StartAsync("exec /swap");
    }
}
