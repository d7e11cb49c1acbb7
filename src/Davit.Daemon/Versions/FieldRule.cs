using System.Text.Json.Nodes;

namespace Davit.Daemon.Versions;

/// <summary>One difference between an answer of the highest version and the same answer for older clients.</summary>
/// <param name="Answer">Type of the answer.</param>
/// <param name="Below">Clients of versions below 1.N are meant.</param>
/// <param name="Path">The field: names joined by dots, <c>*</c> for every member of an object or a list.</param>
/// <param name="Value">What they get, from the answer, the object that the field lies in, and its name. Without it the field is left out.</param>
internal sealed record FieldRule(Type Answer, int Below, string Path, Func<JsonNode, JsonObject, string, JsonNode?>? Value = null)
{
    private readonly string[] _steps = Path.Split('.');

    /// <summary>Changes an answer.</summary>
    public void Apply(JsonNode root) => Walk(root, root, 0);

    private void Walk(JsonNode root, JsonNode? node, int step)
    {
        var name = _steps[step];
        var last = step == _steps.Length - 1;
        switch (node)
        {
            case JsonArray list when name == "*":
                foreach (var item in list) Walk(root, item, step + 1);
                break;
            case JsonObject members when name == "*":
                foreach (var (_, member) in members) Walk(root, member, step + 1);
                break;
            case JsonObject owner when last && Value is null:
                owner.Remove(name);
                break;
            case JsonObject owner when last:
                owner[name] = Value!(root, owner, name);
                break;
            case JsonObject owner:
                Walk(root, owner[name], step + 1);
                break;
        }
    }
}
