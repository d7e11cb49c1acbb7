using System.Text;
using Davit.Primitives;

namespace Davit.Storage.Tests;

/// <summary>The other side of <see cref="CrashTests"/>: this very program, started with a variable set, writes into a store until it is killed and says what was acknowledged.</summary>
internal static class CrashChild
{
    internal const string Variable = "DAVIT_STORAGE_CRASH_CHILD";

    internal static byte[] Blob(int number) => Encoding.UTF8.GetBytes($"blob {number} ".PadRight(20_000 + number, 'b'));

    internal static Task<byte[]> LayerAsync(int number) => Tars.WriteAsync(Tars.Directory("d/"), Tars.File($"d/f{number}", $"layer {number}".PadRight(5_000)), Tars.File(".wh.gone"));

    internal static async Task WriteForeverAsync(string root)
    {
        var store = Store.Open(new Instance { Name = "crash", DataRoot = root + "/data", RunRoot = root + "/run" }, TimeProvider.System);
        var start = store.Documents.LoadAll("numbers").Count;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            for (var number = start * 4 + lane; ; number += 4)
            {
                var blob = Blob(number);
                await using (var writer = await store.Content.BeginWriteAsync(Oci.Digest.Sha256(blob), default))
                {
                    writer.Restart();
                    await writer.WriteAsync(blob, default);
                    await writer.CommitAsync(default);
                }

                var layer = await store.Layers.ApplyAsync([], null, new MemoryStream(await LayerAsync(number)), default);
                store.Layers.CreateRootFs($"c{number}", [layer.ChainId], ephemeral: false);
                await store.Documents.WriteAsync([new("numbers", $"{number}", Encoding.UTF8.GetBytes(layer.ChainId.ToString()))], default);
                lock (store) Console.WriteLine(number);
            }
        }));
    }
}
