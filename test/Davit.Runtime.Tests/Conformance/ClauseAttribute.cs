namespace Davit.Runtime.Tests.Conformance;

/// <summary>Names the clauses that a test shows. <c>chapter/*</c> names all that begin so: the test then takes its rows from the catalogue.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ClauseAttribute(params string[] ids) : Attribute
{
    /// <summary>The ids.</summary>
    internal IReadOnlyList<string> Ids { get; } = ids;

    /// <summary>The test looks at the plan of a launch, which davit-oci alone has.</summary>
    public bool OnPlan { get; set; }
}
