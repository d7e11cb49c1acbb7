using System.Globalization;
using System.Text.Json;
using Davit.Oci.Runtime.Reading;

namespace Davit.Runtime.Lifecycle;

/// <summary>The file <c>state.json</c> of a container.</summary>
internal static class StateFile
{
    internal static void Write(string path, StateRecord state)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var writer = new Utf8JsonWriter(file);
        writer.WriteStartObject();
        writer.WriteString("ociVersion", state.OciVersion);
        writer.WriteString("id", state.Id);
        writer.WriteNumber("pid", state.Pid);
        writer.WriteNumber("startTime", state.StartTime);
        writer.WriteString("bundle", state.Bundle);
        writer.WriteString("rootfs", state.Rootfs);
        writer.WriteString("created", state.Created);
        writer.WriteString("cgroup", state.Cgroup);
        writer.WriteString("unit", state.Unit);
        if (state.TimeNamespace) writer.WriteBoolean("timeNamespace", true);
        if (state.CacheClass) writer.WriteBoolean("cacheClass", true);
        writer.WriteStartArray("cgroupDirectories");
        foreach (var directory in state.CgroupDirectories) writer.WriteStringValue(directory);
        writer.WriteEndArray();
        writer.WriteStartArray("foreignCgroups");
        foreach (var directory in state.ForeignCgroups) writer.WriteStringValue(directory);
        writer.WriteEndArray();
        writer.WritePropertyName("spec");
        writer.WriteRawValue(state.Config.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <exception cref="JsonException">It is damaged.</exception>
    internal static StateRecord Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new DocumentReader(utf8);
        reader.Start();
        var members = reader.Begin();
        var state = new StateRecord();
        while (reader.Next(members, out var name))
        {
            state = name switch
            {
                "ociVersion" => state with { OciVersion = reader.Text() },
                "id" => state with { Id = reader.Text() },
                "pid" => state with { Pid = reader.Number<int>() },
                "startTime" => state with { StartTime = reader.Number<ulong>() },
                "bundle" => state with { Bundle = reader.Text() },
                "rootfs" => state with { Rootfs = reader.Text() },
                "created" => state with { Created = DateTimeOffset.Parse(reader.Text(), CultureInfo.InvariantCulture) },
                "cgroup" => state with { Cgroup = reader.Text() },
                "unit" => state with { Unit = reader.Text() },
                "timeNamespace" => state with { TimeNamespace = reader.Flag() },
                "cacheClass" => state with { CacheClass = reader.Flag() },
                "cgroupDirectories" => state with { CgroupDirectories = reader.Texts() },
                "foreignCgroups" => state with { ForeignCgroups = reader.Texts() },
                "spec" => state with { Config = reader.Raw() },
                _ => reader.Skip(state),
            };
        }

        return state;
    }
}
