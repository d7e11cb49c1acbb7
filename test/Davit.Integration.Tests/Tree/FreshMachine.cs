using Davit.Testing;

namespace Davit.Integration.Tests.Tree;

/// <summary>The machine of <c>eng/bookworm</c>, fresh, with a clone of this project's HEAD.</summary>
public sealed class FreshMachine : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(90);
    private static readonly Dictionary<string, string?> Names = new() { ["DAVIT_DEMO_NAME"] = "treedemo", ["CI"] = "true" };

    private static string Script => Path.Combine(Project.Root, "eng/bookworm/bookworm");

    public async ValueTask InitializeAsync() => (await Command.RunAsync(Script, ["fresh"], limit: Limit)).Succeeded();

    /// <summary>Runs a command in the clone.</summary>
    public Task<Command> RunAsync(params string[] command) => Command.RunAsync(Script, ["run", .. command], environment: Names, limit: Limit);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("./build.sh", "clean");
        (await Command.RunAsync(Script, ["drop"])).Succeeded();
    }
}
