using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests;

public sealed class SpecDocumentTests
{
    private int _last;

    [Fact]
    public void Every_member_of_every_type_is_read()
    {
        var whole = (Spec)Fill(typeof(Spec));
        var written = JsonSerializer.Serialize(whole, RuntimeJson.Default.Spec);

        var read = JsonSerializer.Serialize(SpecDocument.Read(Encoding.UTF8.GetBytes(written)), RuntimeJson.Default.Spec);

        Assert.Contains("\"listenerMetadata\":\"s", written, StringComparison.Ordinal);
        Assert.Equal(written, read);
    }

    [Theory]
    [InlineData("{\"linux\":{\"uidMappings\":[{\"containerID\":0,\"size\":1}]}}", "linux.uidMappings[0]: the member \"hostID\" is missing")]
    [InlineData("{\"process\":{\"cwd\":null}}", "process: the member \"cwd\" is missing")]
    [InlineData("{\"hostname\":\"a\",\"hostname\":\"b\"}", "hostname: the member \"hostname\" is there twice")]
    [InlineData("{\"annotations\":{\"a\":null}}", "annotations.a: a string is expected, not null")]
    [InlineData("{\"process\":{\"user\":{\"uid\":-1}}}", "process.user.uid: a whole number that fits 32 bits is expected, not -1")]
    [InlineData("{\"mounts\":[{\"destination\":\"/a\"},{\"options\":[\"ro\",7]}]}", "mounts[1].options[1]: a string is expected, not 7")]
    [InlineData("{\"linux\":{\"sysctl\":{\"a.b\":{}}}}", "linux.sysctl.a.b: a string is expected, not an object")]
    [InlineData("{\"root\":{\"readonly\":\"yes\"}}", "root.readonly: true or false is expected, not \"yes\"")]
    [InlineData("{\"hooks\":[]}", "hooks: an object is expected, not an array")]
    [InlineData("{\"process\":{\"args\":\"sh\"}}", "process.args: an array is expected, not \"sh\"")]
    [InlineData("[]", "an object is expected, not an array")]
    [InlineData("null", "it is null")]
    public void A_wrong_type_is_named_with_its_member(string text, string expected)
    {
        Assert.Equal(expected, Assert.ThrowsAny<JsonException>(() => SpecDocument.Read(Encoding.UTF8.GetBytes(text))).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"process\":{}")]
    [InlineData("{\"hostname\":\"\\ud800\"}")]
    public void What_is_no_JSON_is_refused(string text)
    {
        Assert.ThrowsAny<JsonException>(() => SpecDocument.Read(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Absent_null_and_unknown_members_leave_what_was_there()
    {
        var spec = SpecDocument.Read("""{"ociVersion":"1.0.0","hostname":null,"future":{"x":[1,{"y":2}]},"process":{"cwd":"/","terminal":null,"oomScoreAdj":null}}"""u8);
        Assert.Equal(("1.0.0", null, "/", false, null), (spec.OciVersion, spec.Hostname, spec.Process!.Cwd, spec.Process.Terminal, spec.Process.OomScoreAdj));
    }

    /// <summary>A value of a type whose every member says something.</summary>
    private object Fill(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"s{++_last}";
        if (type == typeof(bool)) return true;
        if (type.IsPrimitive) return Convert.ChangeType(++_last, type, null);
        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            if (arguments.Length == 1)
            {
                var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(arguments))!;
                list.Add(Fill(arguments[0]));
                list.Add(Fill(arguments[0]));
                return list;
            }

            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments))!;
            map.Add($"k{++_last}", Fill(arguments[1]));
            return map;
        }

        var value = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)) property.SetValue(value, Fill(property.PropertyType));
        return value;
    }
}
