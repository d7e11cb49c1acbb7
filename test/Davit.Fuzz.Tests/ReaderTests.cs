namespace Davit.Fuzz.Tests;

/// <summary>Whatever strangers write is read or refused by a <see cref="Davit.Primitives.DavitException"/>: no other exception, no crash, no hang.</summary>
public sealed class ReaderTests
{
    public static TheoryData<string> Names => Readers.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Some_hundred_mutations_are_read_or_refused(string reader) => Readers.Run(reader, Bounds.Sample);

    [Theory]
    [Trait("Ring", "fuzz")]
    [MemberData(nameof(Names))]
    public void Mutations_are_read_or_refused(string reader) => Readers.Run(reader, Bounds.Ring);
}
