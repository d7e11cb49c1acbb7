using System.Runtime.InteropServices;
using System.Text;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>The steps of a launch plan as text, for what no kernel at hand has.</summary>
internal static unsafe class PlanText
{
    /// <summary>Files that the parent and the child would write, in order.</summary>
    internal static IReadOnlyList<(string Path, string Value)> Writes(LaunchPlan plan)
    {
        var writes = new List<(string, string)>();
        var program = plan.Program;
        foreach (var (ops, count) in ((int, int)[])[(program->ParentOps, program->ParentCount), (program->ChildOps, program->ChildCount)])
        {
            var open = new Dictionary<long, string>();
            for (var i = 0; i < count; i++)
            {
                var op = (LaunchOp*)((byte*)program + ops) + i;
                if (op->Code == SystemCall.Open && op->ResultSlot >= 0) open[op->ResultSlot] = plan.Text((int)op->Arguments[0]);
                if (op->Code != SystemCall.Write || !open.TryGetValue(op->Arguments[0], out var path)) continue;
                writes.Add((path, Encoding.UTF8.GetString((byte*)program + op->Arguments[1], (int)op->Arguments[2])));
            }
        }

        return writes;
    }

    /// <summary>Steps with a code: the texts among their arguments, numbers for the rest.</summary>
    internal static IReadOnlyList<string> Steps(LaunchPlan plan, int code)
    {
        var steps = new List<string>();
        var program = plan.Program;
        foreach (var (ops, count) in ((int, int)[])[(program->ParentOps, program->ParentCount), (program->ChildOps, program->ChildCount)])
        {
            for (var i = 0; i < count; i++)
            {
                var op = (LaunchOp*)((byte*)program + ops) + i;
                if (op->Code != code) continue;
                var words = new List<string>();
                for (var a = 0; a < 6; a++)
                {
                    var kind = (ArgumentKind)((op->Kinds >> (4 * a)) & 15);
                    words.Add(kind switch
                    {
                        ArgumentKind.Data => op->Arguments[a] == 0 ? "" : Marshal.PtrToStringUTF8((nint)((byte*)program + op->Arguments[a])) ?? "",
                        ArgumentKind.Literal => $"{op->Arguments[a]}",
                        _ => kind.ToString(),
                    });
                }

                steps.Add(string.Join(' ', words).TrimEnd(' ', '0'));
            }
        }

        return steps;
    }
}
