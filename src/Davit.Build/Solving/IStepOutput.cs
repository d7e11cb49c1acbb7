namespace Davit.Build.Solving;

/// <summary>Where a vertex speaks while it is carried out.</summary>
internal interface IStepOutput
{
    /// <summary>Output of a process, or a whole line with its line feed.</summary>
    void Write(string text);
}
