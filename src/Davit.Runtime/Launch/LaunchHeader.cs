using System.Runtime.InteropServices;

namespace Davit.Runtime.Launch;

/// <summary>
/// Head of a launch program. Everything in the block is addressed by its offset, so that it may lie anywhere; the few absolute pointers
/// (argument vectors, seccomp and BPF programs) are listed as relocations and made absolute once, before the clone.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaunchHeader
{
    internal const uint ExpectedMagic = 0x44564c50;
    internal const int ExpectedVersion = 4;
    internal const int SlotCount = 128;
    internal const int MostErrors = 40;

    internal uint Magic;
    internal int Version;
    internal int Length;

    /// <summary>Steps of the parent before the clone: cgroups.</summary>
    internal int ParentOps;
    internal int ParentCount;

    /// <summary>Steps of the child from clone to exec.</summary>
    internal int ChildOps;
    internal int ChildCount;

    internal int Relocations;
    internal int RelocationCount;
    internal int Relocated;

    /// <summary>Flags of clone3.</summary>
    internal ulong CloneFlags;

    /// <summary>Namespaces of the running container that the child is to be born in, by a process that goes there: an ordinary user may join them from inside the user namespace alone.</summary>
    internal ulong Through;

    /// <summary>Slot with the cgroup v2 directory to be born in (CLONE_INTO_CGROUP), or -1.</summary>
    internal int CloneCgroupSlot;

    /// <summary>1 when the child opens a terminal and hands its master over.</summary>
    internal int Terminal;

    /// <summary>Index of the step at which the child waits until somebody writes to its start gate; 0 for none.</summary>
    internal int StartGated;

    /// <summary>What the child says on its standard error when a step after the start gate fails, for nobody reads its reports then: offset of pairs of offset
    /// and length, the beginning first, then one for each error number up to <see cref="MostErrors"/>.</summary>
    internal int StartErrors;

    /// <summary>Offset of the path of a pid namespace to join, or 0.</summary>
    internal int PidNamespacePath;

    /// <summary>Offset of the path of a user namespace to join, or 0. The process is cloned from inside it, so that its other namespaces belong to it.</summary>
    internal int UserNamespacePath;

    /// <summary>Offsets of the texts for uid_map and gid_map, or 0.</summary>
    internal int UidMap;
    internal int GidMap;

    /// <summary>Offset of the container's cgroup directories, one zero-terminated path after the other; the one that counts memory first.</summary>
    internal int CgroupDirectories;
    internal int CgroupCount;

    /// <summary>Offset of entries of three numbers: a slot for a user namespace, and the texts of its two maps.</summary>
    internal int IdMaps;
    internal int IdMapCount;

    /// <summary>Offsets of the socket that takes the seccomp listener, or 0, and of the document that goes with it, cut where the process's number belongs.</summary>
    internal int ListenerPath;
    internal int ListenerTexts;
    internal int ListenerTextCount;

    internal fixed long Slots[SlotCount];
    internal fixed byte PathBuffer[64];
    internal fixed byte Scratch[4096];
}

/// <summary>Slots with a fixed meaning.</summary>
internal static class Slot
{
    /// <summary>The child's end of the socket to its parent: reports go out, each answered by one byte where it says so.</summary>
    internal const int Parent = 0;

    /// <summary>The parent's end, which the child closes first: it could not see its parent go otherwise.</summary>
    internal const int ParentEnd = 1;
    internal const int Stdin = 2;
    internal const int Stdout = 3;
    internal const int Stderr = 4;
    internal const int Root = 5;
    internal const int Dev = 6;
    internal const int Target = 7;
    internal const int Tree = 8;
    internal const int ContainerPidFd = 9;
    internal const int Master = 10;
    internal const int Slave = 11;
    internal const int StartGate = 12;
    internal const int AppArmor = 13;
    internal const int Scratch = 14;
    internal const int Walk = 15;
    internal const int WalkNext = 16;
    internal const int BpfProgram = 17;
    internal const int CgroupV2 = 18;
    internal const int Source = 19;
    internal const int Listener = 20;
    internal const int ContainerRoot = 23;

    /// <summary>Roots of the container's own file systems, kept while steps reach into them.</summary>
    internal const int Proc = 21;
    internal const int Sys = 22;

    /// <summary>Open cgroup.procs files, one a hierarchy.</summary>
    internal const int FirstCgroup = 32;

    /// <summary>Mount trees and user namespaces that the parent prepares.</summary>
    internal const int FirstPrepared = 64;
}
