using Davit.Runtime.Launch;

namespace Davit.Runtime.Lifecycle;

/// <summary>A container as it was created.</summary>
/// <param name="State">What was written down of it.</param>
/// <param name="Process">Its first process.</param>
internal sealed record CreatedContainer(StateRecord State, LaunchedProcess Process);
