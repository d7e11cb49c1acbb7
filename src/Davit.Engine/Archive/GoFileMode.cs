using Davit.Linux.Directories;

namespace Davit.Engine.Archive;

/// <summary>File modes as Go numbers them, which the API uses.</summary>
internal static class GoFileMode
{
    public static uint Of(uint mode)
    {
        var result = mode & 0x1FF;
        result |= (mode & FileTypes.Mask) switch
        {
            FileTypes.Directory => 1u << 31,
            FileTypes.SymbolicLink => 1u << 27,
            FileTypes.BlockDevice => 1u << 26,
            FileTypes.CharacterDevice => (1u << 26) | (1u << 21),
            FileTypes.Fifo => 1u << 25,
            FileTypes.Socket => 1u << 24,
            _ => 0,
        };
        if ((mode & 0x800) != 0) result |= 1u << 23;
        if ((mode & 0x400) != 0) result |= 1u << 22;
        if ((mode & 0x200) != 0) result |= 1u << 20;
        return result;
    }
}
