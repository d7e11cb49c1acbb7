namespace Davit.GoTemplate;

/// <summary>A value whose fields a template asks for by name, some of them with arguments, as <c>{{.Names}}</c> and <c>{{.Label "a"}}</c>.</summary>
public interface ITemplateRecord
{
    /// <summary>Names that <see cref="TryGet"/> knows, for the error that lists them.</summary>
    IEnumerable<string> Fields { get; }

    /// <summary>The value of a field, or false when there is no such field.</summary>
    /// <param name="field">Name as the template has it.</param>
    /// <param name="arguments">Arguments after the name; empty for a plain field.</param>
    /// <param name="value">Null, string, bool, long, double, a list, a dictionary, a JsonElement or a record.</param>
    bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value);
}
