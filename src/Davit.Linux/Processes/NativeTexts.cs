using System.Runtime.InteropServices;

namespace Davit.Linux.Processes;

/// <summary>Zero-terminated texts in native memory, freed together.</summary>
internal sealed unsafe class NativeTexts : IDisposable
{
    private readonly List<nint> _blocks = [];

    internal byte* Add(string text)
    {
        var block = Marshal.StringToCoTaskMemUTF8(text);
        _blocks.Add(block);
        return (byte*)block;
    }

    internal byte** Table(IReadOnlyList<string> texts)
    {
        var table = (byte**)Marshal.AllocCoTaskMem((texts.Count + 1) * sizeof(byte*));
        _blocks.Add((nint)table);
        for (var i = 0; i < texts.Count; i++) table[i] = Add(texts[i]);
        table[texts.Count] = null;
        return table;
    }

    public void Dispose()
    {
        foreach (var block in _blocks) Marshal.FreeCoTaskMem(block);
        _blocks.Clear();
    }
}
