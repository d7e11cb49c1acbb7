using System.Globalization;
using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile.Instructions;

/// <content>HEALTHCHECK.</content>
internal sealed partial class InstructionParser
{
    private HealthcheckInstruction ParseHealthcheck(SyntaxNode node)
    {
        if (node.Rest.Length == 0) throw Fail(node, "HEALTHCHECK requires at least one argument");
        var end = node.Rest.AsSpan().IndexOfAny(" \t");
        var type = (end < 0 ? node.Rest : node.Rest[..end]).ToUpperInvariant();
        var rest = end < 0 ? "" : node.Rest[end..].Trim();
        if (type == "NONE")
        {
            Flags(node);
            if (rest.Length > 0) throw Fail(node, "HEALTHCHECK NONE takes no arguments", rest);
            return new HealthcheckInstruction { Test = ["NONE"], Original = node.Original, Range = node.Range };
        }

        var flags = Flags(node, "interval", "timeout", "start-period", "start-interval", "retries");
        if (type != "CMD") throw Fail(node, $"Unknown type \"{type}\" in HEALTHCHECK (try CMD)", node.Rest.Split(' ')[0]);
        var command = CommandOf(node, rest);
        if (command.Words.Count == 0) throw Fail(node, "Missing command after HEALTHCHECK CMD");
        return new HealthcheckInstruction
        {
            Test = [command.IsExec ? "CMD" : "CMD-SHELL", .. command.Words],
            Interval = Duration(node, flags, "interval"),
            Timeout = Duration(node, flags, "timeout"),
            StartPeriod = Duration(node, flags, "start-period"),
            StartInterval = Duration(node, flags, "start-interval"),
            Retries = Retries(node, flags.Get("retries")),
            Original = node.Original,
            Range = node.Range,
        };
    }

    private int Retries(SyntaxNode node, string? text)
    {
        if (text is null) return 0;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retries)) throw Fail(node, $"invalid value for --retries: {text}", text);
        return retries >= 0 ? retries : throw Fail(node, $"--retries cannot be negative ({retries})", text);
    }

    private TimeSpan Duration(SyntaxNode node, FlagSet flags, string name)
    {
        if (flags.Get(name) is not { } text) return TimeSpan.Zero;
        if (!GoDuration.TryParse(text, out var duration, out var problem)) throw Fail(node, problem, text);
        if (duration != TimeSpan.Zero && duration < TimeSpan.FromMilliseconds(1)) throw Fail(node, $"Interval \"{name}\" cannot be less than 1ms", text);
        return duration;
    }
}
