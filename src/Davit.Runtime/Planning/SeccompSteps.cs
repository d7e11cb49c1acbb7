using System.Runtime.InteropServices;
using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Seccomp;

namespace Davit.Runtime.Planning;

/// <summary>Steps that load the system call filter and hand its listener over (config-linux.md, "Seccomp"; "The Container Process State").</summary>
internal static class SeccompSteps
{
    private const int SetModeFilter = 1;
    private const uint NewListener = 8, ThreadSync = 1, ThreadSyncNoProcess = 16;

    /// <summary>Stands in the document where the process's number belongs, which nobody knows yet.</summary>
    private const int NumberMark = -987654321;

    internal static void Load(ProgramWriter writer, PlanOptions options, SeccompSpec? spec)
    {
        if (options.SeccompFilter is not { Length: > 0 } filter) return;
        var code = writer.Bytes(filter);
        var program = writer.Bytes(MemoryMarshal.AsBytes<long>([filter.Length / 8, code]));
        writer.Relocate(program + 8);
        if (spec is null || !SeccompFilter.Notifies(spec))
        {
            writer.Add("load the seccomp filter", SystemCall.Seccomp, SetModeFilter, options.SeccompFlags, Argument.Data(program));
            return;
        }

        var flags = options.SeccompFlags | NewListener;
        if ((flags & ThreadSync) != 0) flags |= ThreadSyncNoProcess;
        writer.Add("load the seccomp filter", SystemCall.Seccomp, SetModeFilter, flags, Argument.Data(program));
        writer.Last(result: Slot.Listener);
        Announce(writer, options, spec);

        // by its number, since this call stands under the filter already: write is the one that a listener must let pass
        var report = writer.Bytes(MemoryMarshal.AsBytes<int>([LaunchReport.ListenerReady, 0]));
        writer.Add("", SystemCall.StoreSlot, Slot.Listener, report + 4);
        writer.Add("report to the parent", SystemCall.Write, Argument.Slot(Slot.Parent), Argument.Data(report), 8);
        writer.Add("wait for the seccomp listener", SystemCall.Gate, Slot.Parent);
        RootSteps.Close(writer, Slot.Listener);
    }

    private static void Announce(ProgramWriter writer, PlanOptions options, SeccompSpec spec)
    {
        if (string.IsNullOrEmpty(spec.ListenerPath)) throw new DavitException(ErrorKind.InvalidArgument, "seccomp action \"SCMP_ACT_NOTIFY\" needs a listener", "set linux.seccomp.listenerPath");
        var state = (options.State ?? new ContainerStateDocument()) with { Pid = NumberMark };
        var document = new ContainerProcessStateDocument
        {
            OciVersion = state.OciVersion,
            Fds = ["seccompFd"],
            Pid = NumberMark,
            Metadata = spec.ListenerMetadata,
            State = state,
        };
        var pieces = System.Text.Encoding.UTF8.GetString(StateDocument.Serialize(document)).Split($"{NumberMark}");
        var texts = writer.Bytes(MemoryMarshal.AsBytes<int>([.. pieces.Select(writer.Text)]));
        writer.Header = writer.Header with { ListenerPath = writer.Text(spec.ListenerPath), ListenerTexts = texts, ListenerTextCount = pieces.Length };
    }
}
