namespace Davit.Build.Graph;

/// <summary>An operation of the build graph, in the shape of BuildKit's LLB: sources, file operations, exec, merge. Says what to do, never to what.</summary>
internal abstract record Op
{
    /// <summary>Adds everything that the result depends on, the inputs apart.</summary>
    public abstract void Describe(OpHasher hasher);
}
