using System.Reflection;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.Tests;

public sealed class StateFileTests
{
    [Fact]
    public void All_that_is_known_of_a_container_is_read_again()
    {
        var state = new StateRecord { Config = """{"ociVersion":"1.2.0","hostname":"x"}"""u8.ToArray() };
        foreach (var property in Members())
        {
            property.SetValue(state, property.PropertyType == typeof(string) ? "a " + property.Name
                : property.PropertyType == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero)
                : property.PropertyType.IsPrimitive ? Convert.ChangeType(property.Name.Length, property.PropertyType, null)
                : new List<string> { property.Name, "b" });
        }

        var path = Path.GetTempFileName();
        try
        {
            StateFile.Write(path, state);
            var read = StateFile.Read(File.ReadAllBytes(path));
            Assert.All(Members(), property => Assert.Equal(property.GetValue(state), property.GetValue(read)));
            Assert.Equal("x", read.Spec.Hostname);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<PropertyInfo> Members() =>
        typeof(StateRecord).GetProperties().Where(p => p.CanWrite && p.Name is not ("Spec" or "Config"));
}
