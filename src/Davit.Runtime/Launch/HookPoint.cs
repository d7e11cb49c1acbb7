namespace Davit.Runtime.Launch;

/// <summary>Points of a start at which hooks run.</summary>
public enum HookPoint
{
    /// <summary>Prestart and createRuntime: the namespaces are there, the root is not yet; in the runtime's namespaces.</summary>
    Runtime = 1,

    /// <summary>CreateContainer: before pivot_root; in the container's namespaces.</summary>
    CreateContainer = 2,

    /// <summary>No hooks yet: what the runtime gives a process that is there (interfaces, a class of caches), before any hook.</summary>
    Resources = 3,

    /// <summary>The process is ready to be executed; it goes on when this returns.</summary>
    Start = 4,
}
