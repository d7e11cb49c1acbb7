using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Merges what the request says with what the image says, by Docker's rules.</summary>
internal static class ConfigMerge
{
    public static ContainerConfig Merge(ContainerConfig request, ImageRunConfig image)
    {
        var entrypoint = request.Entrypoint;
        var command = request.Cmd;
        if (entrypoint is null or { Count: 0 })
        {
            // A command of the image belongs to the image's entrypoint: another entrypoint does without it.
            if (command is null or { Count: 0 }) command = StringList.From(image.Cmd);
            entrypoint ??= StringList.From(image.Entrypoint);
        }

        if (entrypoint is [""]) entrypoint = null; // --entrypoint "" takes the image's away
        if (entrypoint is { Count: 0 }) entrypoint = null;
        if ((entrypoint?.Count ?? 0) + (command?.Count ?? 0) == 0) throw new DavitException(ErrorKind.InvalidArgument, "no command specified");
        return new ContainerConfig
        {
            Hostname = request.Hostname,
            Domainname = request.Domainname,
            User = request.User.Length > 0 ? request.User : image.User ?? "",
            AttachStdin = request.AttachStdin,
            AttachStdout = request.AttachStdout,
            AttachStderr = request.AttachStderr,
            ExposedPorts = Union(request.ExposedPorts, image.ExposedPorts),
            Tty = request.Tty,
            OpenStdin = request.OpenStdin,
            StdinOnce = request.StdinOnce,
            Env = Environment(request.Env ?? [], image.Env ?? []),
            Cmd = command,
            Healthcheck = Healthcheck(request.Healthcheck, image.Healthcheck),
            ArgsEscaped = request.ArgsEscaped,
            Image = request.Image,
            Volumes = Union(request.Volumes, image.Volumes),
            WorkingDir = request.WorkingDir.Length > 0 ? request.WorkingDir : image.WorkingDir ?? "",
            Entrypoint = entrypoint,
            NetworkDisabled = request.NetworkDisabled,
            MacAddress = request.MacAddress,
            OnBuild = request.OnBuild,
            Labels = Labels(request.Labels, image.Labels),
            StopSignal = string.IsNullOrEmpty(request.StopSignal) ? image.StopSignal : request.StopSignal,
            StopTimeout = request.StopTimeout,
            Shell = request.Shell,
        };
    }

    /// <summary>The request's variables, then those of the image that it does not name.</summary>
    public static IReadOnlyList<string> Environment(IReadOnlyList<string> request, IReadOnlyList<string> image)
    {
        var named = request.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return [.. request, .. image.Where(variable => !named.Contains(NameOf(variable)))];
    }

    /// <summary>The name of a variable <c>NAME=VALUE</c>.</summary>
    public static string NameOf(string variable)
    {
        var equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? variable : variable[..equals];
    }

    private static Dictionary<string, Davit.DockerApi.EmptyObject>? Union(IReadOnlyDictionary<string, Davit.DockerApi.EmptyObject>? request, IReadOnlyDictionary<string, Oci.Image.EmptyObject>? image)
    {
        if ((request?.Count ?? 0) + (image?.Count ?? 0) == 0) return null;
        var union = new Dictionary<string, Davit.DockerApi.EmptyObject>(StringComparer.Ordinal);
        foreach (var key in (request?.Keys ?? []).Concat(image?.Keys ?? [])) union[key] = new();
        return union;
    }

    private static Dictionary<string, string> Labels(IReadOnlyDictionary<string, string>? request, IReadOnlyDictionary<string, string>? image)
    {
        var union = new Dictionary<string, string>(image ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (key, value) in request ?? new Dictionary<string, string>()) union[key] = value;
        return union;
    }

    private static HealthConfig? Healthcheck(HealthConfig? request, ImageHealthcheck? image)
    {
        if (image is null) return request;
        return new HealthConfig
        {
            Test = request?.Test is { Count: > 0 } test ? test : image.Test,
            Interval = Positive(request?.Interval, image.Interval),
            Timeout = Positive(request?.Timeout, image.Timeout),
            StartPeriod = Positive(request?.StartPeriod, image.StartPeriod),
            StartInterval = Positive(request?.StartInterval, image.StartInterval),
            Retries = request is { Retries: not 0 } ? request.Retries : image.Retries ?? 0,
        };
    }

    private static long Positive(long? request, long? image) => request is { } value and not 0 ? value : image ?? 0;
}
