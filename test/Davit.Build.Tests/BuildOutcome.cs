using Davit.Images;
using Davit.Primitives;

namespace Davit.Build.Tests;

/// <summary>What a build gave.</summary>
/// <param name="Result">The image, or null.</param>
/// <param name="Output">Everything it said.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="Aux">Last result as JSON.</param>
internal sealed record BuildOutcome(Image? Result, string Output, DavitException? Error, string? Aux)
{
    public Image Image => Result ?? throw new InvalidOperationException($"the build failed: {Error?.Message}\n{Output}");

    public string ErrorText => Error?.Message ?? throw new InvalidOperationException($"the build did not fail:\n{Output}");
}
