using System.Text.Json;
using Davit.Primitives;

namespace Davit.GoTemplate.Tests;

/// <summary>Texts and results as the docker client gives them.</summary>
public sealed class TemplateTests
{
    private const string Data = """{"Name":"web","Id":"abc","Count":3,"Big":33554432,"Half":0.5,"On":true,"Off":false,"Nothing":null,"List":["a","b","c"],"Empty":[],"Labels":{"b":"2","a":"1"},"State":{"Status":"running","Pid":7},"Ports":[{"Host":80},{"Host":443}]}""";

    private static string Run(string template)
    {
        using var document = JsonDocument.Parse(Data);
        return Template.Parse(template).Execute(document.RootElement);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{.Name}}", "web")]
    [InlineData("{{ .State.Status }}", "running")]
    [InlineData("{{.Count}} {{.Big}} {{.Half}} {{.On}}", "3 33554432 0.5 true")]
    [InlineData("{{.List}} {{.Labels}}", "[a b c] map[a:1 b:2]")]
    [InlineData("{{json .List}}{{json .Labels}}{{json .Name}}", """["a","b","c"]{"b":"2","a":"1"}"web" """)]
    [InlineData("{{if .On}}yes{{else}}no{{end}}", "yes")]
    [InlineData("{{if .Off}}yes{{else if .On}}other{{else}}no{{end}}", "other")]
    [InlineData("{{if .Empty}}yes{{else}}no{{end}}", "no")]
    [InlineData("{{range .List}}<{{.}}>{{end}}", "<a><b><c>")]
    [InlineData("{{range $i, $v := .List}}{{$i}}{{$v}}{{end}}", "0a1b2c")]
    [InlineData("{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}", "a=1 b=2 ")]
    [InlineData("{{range .Empty}}x{{else}}none{{end}}", "none")]
    [InlineData("{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}{{end}}", "ac")]
    [InlineData("{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}", "a")]
    [InlineData("{{with .State}}{{.Pid}}{{end}}", "7")]
    [InlineData("{{$n := .Name}}{{with .State}}{{$n}}{{$.Id}}{{end}}", "webabc")]
    [InlineData("{{index .List 1}} {{index .Labels \"a\"}}", "b 1")]
    [InlineData("{{(index .Ports 1).Host}}", "443")]
    [InlineData("{{len .List}} {{len .Name}}", "3 3")]
    [InlineData("{{upper .Name}} {{.Name | title}} {{join .List \"-\"}}", "WEB Web a-b-c")]
    [InlineData("{{printf \"%-5s|%03d|%q\" .Name .Count .Id}}", "web  |003|\"abc\"")]
    [InlineData("{{printf \"%1000001d|%.1000001f|%.2f|%6.1f\" .Count 1.5 1.5 1.25}}", "%!(BADWIDTH)3|%!(BADPREC)1.500000|1.50|   1.2")]
    [InlineData("{{printf \"%c%c%c\" 65 -1 55296}}", "A\uFFFD\uFFFD")]
    [InlineData("{{eq .Name \"x\" \"web\"}} {{ne 1 2}} {{lt .Count 4}} {{not .On}}", "true true true false")]
    [InlineData("{{and .On .Name}} {{or .Off .Name}}", "web web")]
    [InlineData("a {{- .Name -}} b", "awebb")]
    [InlineData("{{/* nothing */}}x", "x")]
    [InlineData("{{slice .Name 1}} {{truncate .Name 2}} {{pad .Name 1 1}}", "eb we  web ")]
    [InlineData("{{split \"a:b\" \":\"}}", "[a b]")]
    [InlineData("{{`raw`}}{{\"q\\t\"}}", "rawq\t")]
    [InlineData("{{define \"x\"}}<{{.}}>{{end}}{{template \"x\" .Name}}", "<web>")]
    [InlineData("{{println .Name}}", "web\n")]
    [InlineData("{{.Nothing}}", "<no value>")]
    public void Template_gives_what_docker_gives(string template, string expected) => Assert.Equal(expected.Trim(' '), Run(template).Trim(' '));

    [Theory]
    [InlineData("{{", "template parsing error: template: :1: unclosed action")]
    [InlineData("{{.Name", "template parsing error: template: :1: unclosed action")]
    [InlineData("{{if .X}}", "template parsing error: template: :1: unexpected EOF")]
    [InlineData("{{end}}", "template parsing error: template: :1: unexpected {{end}}")]
    [InlineData("{{nosuch .}}", "template parsing error: template: :1: function \"nosuch\" not defined")]
    [InlineData("{{$x}}", "template parsing error: template: :1: undefined variable \"$x\"")]
    [InlineData("{{json 99999999999999999999}}", "template parsing error: template: :1: integer overflow: \"99999999999999999999\"")]
    [InlineData("{{json 1e999}}", "template parsing error: template: :1: bad number syntax: \"1e999\"")]
    [InlineData("a\n{{\"open}}", "template parsing error: template: :2: unterminated quoted string")]
    public void Malformed_template_is_told_with_its_line(string template, string message) => Assert.Equal(message, Assert.Throws<DavitException>(() => Run(template)).Message);

    [Fact]
    public void Unknown_field_lists_the_valid_ones()
    {
        var error = Assert.Throws<DavitException>(() => Run("{{.Nope}}"));
        Assert.Contains("map has no entry for key \"Nope\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("Name, Id, Count", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{index .List 9}}")]
    [InlineData("{{printf or}}")]
    [InlineData("{{pad .Name 1 9999999}}")]
    [InlineData("{{truncate .Name -1}}")]
    [InlineData("{{slice .Name -1}}")]
    [InlineData("{{slice .Name 4294967296}}")]
    [InlineData("{{len .Count}}")]
    [InlineData("{{lt .Name 1}}")]
    [InlineData("{{range .Name}}{{end}}")]
    [InlineData("{{.Name.Deeper}}")]
    [InlineData("{{define \"x\"}}{{template \"x\"}}{{end}}{{template \"x\"}}")]
    public void Misuse_is_an_error_and_no_crash(string template) => Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<DavitException>(() => Run(template)).Kind);
}
