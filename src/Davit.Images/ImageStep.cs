namespace Davit.Images;

/// <summary>One row of <c>docker history</c>.</summary>
/// <param name="Id">Image id, or <c>&lt;missing&gt;</c> where the step has no image here.</param>
/// <param name="Created">When, or null.</param>
/// <param name="CreatedBy">Command.</param>
/// <param name="Tags">Familiar names of the image of this step.</param>
/// <param name="Size">Bytes of its layer.</param>
/// <param name="Comment">Comment.</param>
public sealed record ImageStep(string Id, DateTimeOffset? Created, string CreatedBy, IReadOnlyList<string> Tags, long Size, string Comment);
