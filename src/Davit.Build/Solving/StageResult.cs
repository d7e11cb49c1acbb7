using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Build.Solving;

/// <summary>What a stage came to.</summary>
/// <param name="Config">Configuration of the image that it is.</param>
/// <param name="Snapshot">Its file system.</param>
/// <param name="Id">Id of the image that it is.</param>
internal sealed record StageResult(ImageConfig Config, Snapshot Snapshot, Digest? Id);
