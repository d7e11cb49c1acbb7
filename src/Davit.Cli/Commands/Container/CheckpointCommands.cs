using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Container;

/// <summary>checkpoint create, ls, rm.</summary>
internal static class CheckpointCommands
{
    internal static async Task<int> CreateAsync(CliContext context, Arguments a)
    {
        await Json.PostAsync(context, $"/containers/{a.Words[0]}/checkpoints", new JsonObject { ["CheckpointID"] = a.Words[1], ["CheckpointDir"] = a.Value("checkpoint-dir") ?? "", ["Exit"] = !a.Is("leave-running") });
        context.Out.WriteLine(a.Words[1]);
        return 0;
    }

    internal static async Task<int> ListAsync(CliContext context, Arguments a)
    {
        var list = await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/checkpoints" + Query.Of(("dir", a.Value("checkpoint-dir"))));
        List<string[]> lines = [["CHECKPOINT NAME"]];
        if (list.ValueKind == JsonValueKind.Array) lines.AddRange(list.EnumerateArray().Select(c => new[] { c.GetProperty("Name").GetString()! }));
        Table.Align(context.Out, lines);
        return 0;
    }

    internal static async Task<int> RemoveAsync(CliContext context, Arguments a)
    {
        await context.Engine.DoAsync("DELETE", $"/containers/{a.Words[0]}/checkpoints/{a.Words[1]}" + Query.Of(("dir", a.Value("checkpoint-dir"))));
        return 0;
    }
}
