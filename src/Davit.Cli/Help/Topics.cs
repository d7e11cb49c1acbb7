namespace Davit.Cli.Help;

/// <summary>Pages of <c>davit help TOPIC</c> that belong to no command.</summary>
internal static class Topics
{
    /// <summary>A page by name, or null.</summary>
    internal static string? Find(string name) => name switch
    {
        "environment" => """
            Environment variables that davit reads

              DAVIT_HOST                 Engine to ask: unix:///path, tcp://host:port, ssh://user@host
              DOCKER_HOST                The same, when DAVIT_HOST is not set
              DOCKER_CONTEXT             Context to use, when no host is named
              DOCKER_CONFIG              Directory of config.json (default ~/.docker)
              DOCKER_API_VERSION         API version to speak instead of the newest of both sides
              DOCKER_CERT_PATH           Directory of ca.pem, cert.pem and key.pem
              DOCKER_TLS                 Use TLS
              DOCKER_TLS_VERIFY          Use TLS and verify the server
              DOCKER_CUSTOM_HEADERS      Headers for every request: name=value, comma between
              DOCKER_DEFAULT_PLATFORM    Platform for commands that take --platform
              DAVIT_LOG_FILE             Where a daemon that davit starts writes its log
              NO_COLOR                   No colours
            """,
        "exit-codes" => """
            Exit codes

              0      done
              1      the command failed; the message says why
              125    a flag was wrong, or the engine could not run the container
              126    the program in the container can't be executed
              127    the program in the container was not found
              other  the exit code of the program in the container (run, exec, attach, start -a)
            """,
        "formats" => """
            Formats of lists (--format)

              table              the default table
              table TEMPLATE     a table of the columns in the template: table {{.ID}}\t{{.Names}}
              json               one JSON object a line
              TEMPLATE           Go's template language with json, join, split, lower, upper, title, pad, truncate, println

            A field that does not exist is answered with the list of those that do.
            """,
        _ => null,
    };
}
