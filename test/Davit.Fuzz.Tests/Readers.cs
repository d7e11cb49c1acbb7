using System.Text;
using System.Text.Json;
using Davit.Archive;
using Davit.Archive.Tar;
using Davit.Dockerfile;
using Davit.Dockerfile.Expansion;
using Davit.Dockerfile.Ignore;
using Davit.GoTemplate;
using Davit.Images.Manifests;
using Davit.Oci;

namespace Davit.Fuzz.Tests;

/// <summary>What reads the words of strangers, each with a corpus.</summary>
internal static class Readers
{
    private static readonly string[] JsonWords = ["{", "}", "[", "]", "[[", ":", ",", "null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\u0000\"", "\"schemaVersion\":2", "\"layers\":", "\"manifests\":", "\"digest\":", "\"size\":", "\"rootfs\":"];
    private static readonly string Hex = new('a', 64);

    /// <summary>Names of all readers.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, Action<Bounds>> All { get; } = new()
    {
        ["dockerfile"] = bounds => Fuzzing.Run("dockerfile", bounds,
            ["FROM busybox AS a\nARG X=1\nRUN --mount=type=cache,target=/c echo $X\nCOPY --from=a --chown=1:2 a b /c/\n", "# syntax=x\n# escape=`\nFROM a\nRUN <<EOF\nx\nEOF\n", "FROM a\nRUN [\"a\", \"b\"]\nHEALTHCHECK --interval=5s CMD x\nENV A=\"b c\" D=e\nONBUILD RUN y\nLABEL a=b\n", "FROM scratch\nADD --checksum=sha256:x http://a/b /\nCOPY <<A <<B /\n1\nA\n2\nB\nSHELL [\"x\"]\nUSER a:b\n"],
            ["FROM ", "RUN ", "COPY ", "ENV ", "ARG ", "<<EOF\n", "\\\n", "`\n", "${", "}", "${a:-", "$", "\"", "'", "[\"", "\"]", "--from=", "--mount=", "ONBUILD ", "# escape=`\n", "\r\n", "\0", "\uFEFF", "{{"],
            bytes => DockerfileParser.Parse("Dockerfile", Encoding.UTF8.GetString(bytes))),
        ["expansion"] = bounds => Fuzzing.Run("expansion", bounds,
            ["a${b}c", "${a:-b}${c:+d}", "\"$a\" '$b' \\$c", "${a#*b}${a##x}${a%y}${a%%z}${a/b/c}${a//b/c}", "${a:?no}"],
            ["${", "}", "$", ":-", ":+", ":?", "##", "%%", "//", "*", "?", "[", "]", "\\", "\"", "'"],
            bytes => new WordExpander('\\', name => name.Length == 1 ? "value*[x" : null).ExpandToWords(Encoding.UTF8.GetString(bytes))),
        ["ignore"] = bounds => Fuzzing.Run("ignore", bounds,
            ["**/*.o\n!keep\n#x\n", "a/b\n/c/\n*[ab]?\n", "[^a-z]\\*\n**\n**/**/x\n"],
            ["**", "*", "?", "[", "]", "[^", "\\", "/", "..", "!", "#", "\n", "**/", "a", "-"],
            bytes =>
            {
                var file = IgnoreFile.Parse(Encoding.UTF8.GetString(bytes));
                foreach (var path in (string[])["a/b/c.o", "keep", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaab"]) file.Ignores(path);
            }),
        ["reference"] = bounds => Fuzzing.Run("reference", bounds,
            ["busybox", "docker.io/library/busybox:1.36", "localhost:5000/a/b@sha256:" + Hex, "[::1]:5000/x:y", "a__b.c--d/e"],
            [":", "/", "@", "@sha256:", ".", "__", "-", "localhost", "[::1]", "A", Hex, "\0"],
            bytes =>
            {
                var text = Encoding.UTF8.GetString(bytes);
                // what was read is read again from what it says of itself
                if (Reference.TryParse(text, out var reference, out _)) Assert.Equal(reference.Familiar, Reference.Parse(reference.Familiar).Familiar);
                Digest.TryParse(text, out _);
                Platform.Parse(text);
            }),
        ["manifest"] = bounds => Fuzzing.Run("manifest", bounds,
            [
                $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{Hex}}}","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:{{{Hex}}}","size":3}]}""",
                $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{{Hex}}}","size":7,"platform":{"os":"linux","architecture":"amd64"}}]}""",
                $$$"""{"architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Cmd":["x"],"ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},"Healthcheck":{"Test":["NONE"],"Interval":1}},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Hex}}}"]},"history":[{"created":"2026-01-01T00:00:00Z"}]}""",
            ],
            JsonWords,
            bytes =>
            {
                Read(() => ManifestReader.TypeOf(bytes, null, "x"));
                Read(() => ManifestReader.Manifest(bytes, "x"));
                Read(() => ManifestReader.Index(bytes, "x"));
                ManifestReader.Config(bytes, "x");
            }),
        ["spec"] = bounds => Fuzzing.Run("spec", bounds,
            ["{\"ociVersion\":\"1.2.0\",\"process\":{\"user\":{\"uid\":1,\"additionalGids\":[2]},\"args\":[\"sh\"],\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1,\"hard\":2}]},\"mounts\":[{\"destination\":\"/x\",\"options\":[\"ro\"]}],\"annotations\":{\"a\":\"b\"}}", "{\"linux\":{\"timeOffsets\":{\"boottime\":{\"secs\":-1}},\"resources\":{\"memory\":{\"limit\":5},\"unified\":{\"a\":\"b\"}},\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"x\",\"args\":[{\"index\":1,\"value\":18446744073709551615,\"op\":\"SCMP_CMP_EQ\"}]}]}}}"],
            [.. JsonWords, "\\ud800", "18446744073709551616", "\"process\":", "\"linux\":", "\"mounts\":[{", "\"uid\":1.5"],
            bytes =>
            {
                try
                {
                    Davit.Oci.Runtime.SpecDocument.Read(bytes);
                }
                catch (JsonException)
                {
                    // refused, with the member's name
                }
            }),
        ["template"] = bounds => Fuzzing.Run("template", bounds,
            ["{{.Name}}", "{{range $i, $v := .List}}{{$i}}{{else}}x{{end}}", "{{if eq .A \"b\" 1}}{{json .}}{{end}}", "{{define \"x\"}}{{template \"x\" .}}{{end}}{{with .State}}{{printf \"%-5s|%03d|%q\" .Status 1 2}}{{end}}", "{{(index .Ports 1).Host | upper | printf \"%v\"}}", "{{- /* c */ -}}"],
            ["{{", "}}", "{{-", "-}}", ".", "$", "$x", ":=", "|", "(", ")", "\"", "`", "range ", "if ", "end", "else", "with ", "template \"x\" .", "define \"x\"", "printf \"%999999999d\" 1", "json ", "index ", "slice ", "pad ", "truncate .Name ", "-1", "9999999999999999999999", "break", "len "],
            bytes =>
            {
                using var document = JsonDocument.Parse("""{"Name":"web","A":"b","List":["a","b"],"Ports":[{"Host":80},{"Host":443}],"State":{"Status":"running"}}""");
                Template.Parse(Encoding.UTF8.GetString(bytes)).Execute(document.RootElement);
            }),
        ["tar"] = bounds => Fuzzing.Run("tar", bounds, [.. TarCorpus.Make()], TarCorpus.Words, bytes =>
        {
            var reader = new TarReader(new MemoryStream(bytes));
            while (reader.Next() is not null)
            {
                while (!reader.ReadChunk().IsEmpty)
                {
                    // to the end of the content
                }
            }
        }),
        ["layer"] = bounds => Fuzzing.Run("layer", bounds with { Inputs = bounds.Inputs / 20 }, [.. TarCorpus.Make()], TarCorpus.Words, bytes =>
        {
            var directory = Directory.CreateTempSubdirectory("davit-fuzz-layer-").FullName;
            try
            {
                LayerApplier.ApplyAsync(new MemoryStream(bytes), directory, new LayerApplyOptions(), CancellationToken.None).GetAwaiter().GetResult();
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }),
    };

    /// <summary>Runs one.</summary>
    public static void Run(string name, Bounds bounds) => All[name](bounds);

    private static void Read(Action read)
    {
        try
        {
            read();
        }
        catch (Davit.Primitives.DavitException)
        {
            // an answer, too
        }
    }
}
