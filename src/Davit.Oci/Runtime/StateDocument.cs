using System.Text.Json;

namespace Davit.Oci.Runtime;

/// <summary>Writes what hooks and seccomp listeners are told of a container, without the metadata that a general serializer builds first.</summary>
public static class StateDocument
{
    /// <summary>The state that hooks read from their standard input (runtime.md, "State").</summary>
    public static byte[] Serialize(ContainerStateDocument state) => Serialize(writer => Write(writer, state));

    /// <summary>What comes with the descriptor of a seccomp listener (config-linux.md, "The Container Process State").</summary>
    public static byte[] Serialize(ContainerProcessStateDocument state) => Serialize(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("ociVersion", state.OciVersion);
        writer.WriteStartArray("fds");
        foreach (var name in state.Fds) writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteNumber("pid", state.Pid);
        if (state.Metadata is not null) writer.WriteString("metadata", state.Metadata);
        writer.WritePropertyName("state");
        Write(writer, state.State);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, ContainerStateDocument state)
    {
        writer.WriteStartObject();
        writer.WriteString("ociVersion", state.OciVersion);
        writer.WriteString("id", state.Id);
        writer.WriteString("status", state.Status);
        writer.WriteNumber("pid", state.Pid);
        writer.WriteString("bundle", state.Bundle);
        if (state.Annotations is not null)
        {
            writer.WriteStartObject("annotations");
            foreach (var (name, value) in state.Annotations) writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static byte[] Serialize(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) write(writer);
        return bytes.ToArray();
    }
}
