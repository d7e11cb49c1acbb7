using System.Runtime.InteropServices;
using System.Text;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>An argument of a step, as planners write it.</summary>
internal readonly record struct Argument(ArgumentKind Kind, long Value)
{
    public static implicit operator Argument(long value) => new(ArgumentKind.Literal, value);

    internal static Argument Slot(int slot) => new(ArgumentKind.Slot, slot);

    internal static Argument SlotPath(int slot) => new(ArgumentKind.SlotPath, slot);

    internal static Argument Data(int offset) => new(ArgumentKind.Data, offset);

    internal static Argument Scratch => new(ArgumentKind.Scratch, 0);
}

/// <summary>Writes a launch program: data, relocations, and the two lists of steps.</summary>
internal sealed unsafe class ProgramWriter : IDisposable
{
    // as large as most plans are: what grows is copied, and a short-lived process pays for each page that it touches
    private readonly MemoryStream _data = new(64 << 10);
    private readonly Dictionary<string, int> _strings = new(512, StringComparer.Ordinal);
    private readonly List<int> _relocations = [];
    private readonly List<int> _idMaps = [];
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private int _nextSlot = Slot.FirstPrepared;

    internal ProgramWriter() => _data.Write(new byte[sizeof(LaunchHeader)]);

    /// <summary>Steps of the parent, before the clone.</summary>
    internal List<LaunchOp> Parent { get; } = new(128);

    /// <summary>Steps of the child.</summary>
    internal List<LaunchOp> Child { get; } = new(384);

    /// <summary>The list that <see cref="Add"/> appends to.</summary>
    internal List<LaunchOp> Current { get; set; } = [];

    internal LaunchHeader Header { get; set; } = new() { Magic = LaunchHeader.ExpectedMagic, Version = LaunchHeader.ExpectedVersion, CloneCgroupSlot = -1 };

    /// <summary>Appends a step; its message says what failed, an error number's text follows it.</summary>
    internal int Add(string message, int code, params ReadOnlySpan<Argument> arguments)
    {
        var op = new LaunchOp { Code = code, ResultSlot = -1, Message = Text(message) };
        for (var i = 0; i < arguments.Length; i++)
        {
            op.Kinds |= (int)arguments[i].Kind << (4 * i);
            op.Arguments[i] = arguments[i].Value;
        }

        Current.Add(op);
        return Current.Count - 1;
    }

    /// <summary>Changes the step added last.</summary>
    internal void Last(int result = -1, int tolerate = 0, int tolerate1 = 0, int tolerate2 = 0, int skipOnSuccess = 0, int skipOnError = 0)
    {
        ref var op = ref CollectionsMarshal.AsSpan(Current)[Current.Count - 1];
        op.ResultSlot = (short)result;
        op.Tolerated0 = (short)tolerate;
        op.Tolerated1 = (short)tolerate1;
        op.Tolerated2 = (short)tolerate2;
        op.SkipOnSuccess = (short)skipOnSuccess;
        op.SkipOnError = (short)skipOnError;
    }

    /// <summary>Sets the skips of an earlier step once it is known how many steps follow it.</summary>
    internal void Skip(int index, int onSuccess = 0, int onError = 0)
    {
        ref var op = ref CollectionsMarshal.AsSpan(Current)[index];
        op.SkipOnSuccess = (short)onSuccess;
        op.SkipOnError = (short)onError;
    }

    /// <summary>Offset of a zero-terminated text; equal texts share it.</summary>
    internal int Text(string text)
    {
        if (text.Length == 0) return 0;
        if (_strings.TryGetValue(text, out var known)) return known;
        var offset = (int)_data.Position;
        var room = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = room <= 1024 ? stackalloc byte[1024] : new byte[room];
        _data.Write(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        _data.WriteByte(0);
        return _strings[text] = offset;
    }

    /// <summary>A text as a pointer argument.</summary>
    internal Argument String(string text)
    {
        if (text.Length > 0) return Argument.Data(Text(text));
        if (!_strings.TryGetValue("\0", out var empty))
        {
            empty = _strings["\0"] = (int)_data.Position;
            _data.WriteByte(0);
        }

        return Argument.Data(empty);
    }

    /// <summary>Offset of bytes, aligned to 8.</summary>
    internal int Bytes(ReadOnlySpan<byte> bytes)
    {
        while (_data.Position % 8 != 0) _data.WriteByte(0);
        var offset = (int)_data.Position;
        _data.Write(bytes);
        return offset;
    }

    /// <summary>Numbers as 64-bit words, as a pointer argument.</summary>
    internal Argument Words(params ReadOnlySpan<long> words) => Argument.Data(Bytes(MemoryMarshal.AsBytes(words)));

    /// <summary>A null-terminated array of pointers to texts.</summary>
    internal Argument Vector(IReadOnlyList<string> texts)
    {
        var words = new long[texts.Count + 1];
        for (var i = 0; i < texts.Count; i++) words[i] = String(texts[i]).Value;
        var offset = Bytes(MemoryMarshal.AsBytes<long>(words));
        for (var i = 0; i < texts.Count; i++) _relocations.Add(offset + (8 * i));
        return Argument.Data(offset);
    }

    /// <summary>Whether there are slots beside those that mounts with mapped owners may still need.</summary>
    internal bool HasSpareSlots => _nextSlot < (LaunchHeader.SlotCount + Slot.FirstPrepared) / 2;

    /// <summary>A slot of its own for a descriptor that the parent prepares.</summary>
    internal int Reserve(string what) => _nextSlot < LaunchHeader.SlotCount
        ? _nextSlot++
        : throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, $"{what}: more than {(LaunchHeader.SlotCount - Slot.FirstPrepared) / 2} mounts with mapped owners", "mount a common directory with ridmap");

    /// <summary>Makes the parent put a user namespace with these maps into a slot, before its steps.</summary>
    internal void MapIds(int slot, string uidMap, string gidMap) => _idMaps.AddRange([slot, Text(uidMap), Text(gidMap)]);

    /// <summary>From here on paths at and below a place of the container are looked up from a file system's root that a slot holds, wherever links of the image lead meanwhile.</summary>
    internal void Hold(string place, int slot) => _held[place] = slot;

    /// <summary>Whether a place is held.</summary>
    internal bool Holds(string place) => _held.ContainsKey(place);

    /// <summary>Ends that for a place and what lies below, because something else comes to lie there or nothing more is to be done.</summary>
    internal void Forget(string place)
    {
        foreach (var (held, slot) in _held.Where(h => h.Key == place || h.Key.StartsWith(place.TrimEnd('/') + "/", StringComparison.Ordinal)).ToList())
        {
            _held.Remove(held);
            RootSteps.Close(this, slot);
        }
    }

    /// <summary>Slot to start from for a path of the container, and the rest of the path.</summary>
    internal (int Slot, string Below) Start(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!parts.Contains("..") && parts.Length > 0 && _held.TryGetValue("/" + parts[0], out var slot)) return (slot, string.Join('/', parts[1..]));
        return (Slot.Root, string.Join('/', parts));
    }

    /// <summary>Marks a 64-bit offset in the data as a pointer.</summary>
    internal void Relocate(int offset) => _relocations.Add(offset);

    public void Dispose() => _data.Dispose();

    /// <summary>The whole program; it holds until something else is written.</summary>
    internal ReadOnlySpan<byte> Finish()
    {
        var header = Header;
        header.ParentOps = Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Parent)));
        header.ParentCount = Parent.Count;
        header.ChildOps = Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Child)));
        header.ChildCount = Child.Count;
        header.Relocations = Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_relocations)));
        header.RelocationCount = _relocations.Count;
        header.IdMaps = Bytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_idMaps)));
        header.IdMapCount = _idMaps.Count / 3;
        header.Length = (int)_data.Position;
        _data.Position = 0;
        _data.Write(new ReadOnlySpan<byte>(&header, sizeof(LaunchHeader)));
        return _data.GetBuffer().AsSpan(0, (int)_data.Length);
    }
}
