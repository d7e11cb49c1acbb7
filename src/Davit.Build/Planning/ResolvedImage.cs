using Davit.Build.Graph;
using Davit.Images;
using Davit.Oci.Image;

namespace Davit.Build.Planning;

/// <summary>An image that a build begins from or copies from, unpacked; or scratch.</summary>
/// <param name="Image">The image, or null for scratch.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Vertex">Its file system.</param>
internal sealed record ResolvedImage(Image? Image, ImageConfig Config, Vertex Vertex);
