using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Output;

/// <summary>Templates of <c>--format</c> with docker's words before their errors; a field that does not exist is answered with those that do.</summary>
internal static class Formats
{
    private const string Prefix = "template parsing error: ";

    /// <summary>Reads a template.</summary>
    /// <exception cref="DavitException">InvalidArgument, exit code 1.</exception>
    internal static Template Parse(string text)
    {
        try
        {
            return Template.Parse(text);
        }
        catch (DavitException e)
        {
            throw Told(e);
        }
    }

    /// <summary>Fills a template.</summary>
    /// <exception cref="DavitException">InvalidArgument, exit code 1.</exception>
    internal static string Execute(Template template, object? data)
    {
        try
        {
            return template.Execute(data);
        }
        catch (DavitException e)
        {
            throw Told(e);
        }
    }

    private static DavitException Told(DavitException e) =>
        new(e.Kind, e.Message.StartsWith(Prefix, StringComparison.Ordinal) ? e.Message : Prefix + e.Message, e.Hint, e);
}
