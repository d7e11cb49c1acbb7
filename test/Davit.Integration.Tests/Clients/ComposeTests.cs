using Davit.Testing;

namespace Davit.Integration.Tests.Clients;

/// <summary>A small application of two services with the unmodified docker compose.</summary>
[Trait("Ring", "clients")]
public sealed class ComposeTests(MirroredDaemon fixture) : IClassFixture<MirroredDaemon>
{
    private const string Application = """
        services:
          web:
            image: busybox
            command: sh -c 'echo "$$GREETING" >/www/index.html; exec httpd -f -v -p 80 -h /www'
            environment: { GREETING: hello from compose }
            volumes: [ "pages:/www" ]
            ports: [ "127.0.0.1::80" ]
            stop_grace_period: 0s
            healthcheck: { test: [ "CMD", "wget", "-qO/dev/null", "http://127.0.0.1/" ], interval: 200ms, retries: 50 }
          probe:
            image: busybox
            command: wget -qO- http://web/
            depends_on: { web: { condition: service_healthy } }
        volumes: { pages: {} }
        """;

    [Fact]
    public async Task Up_ps_logs_exec_and_down()
    {
        if (TestDaemon.IsPeer) return;
        await File.WriteAllTextAsync(fixture.Daemon.Directory + "/compose.yaml", Application);
        var transcript = (await fixture.Daemon.ScriptAsync($$$"""
            set -euo pipefail
            compose() { docker compose -p app -f {{{Peers.Inside(fixture.Daemon.Directory)}}}/compose.yaml "$@"; }
            compose up -d --quiet-pull 2>&1
            echo "state $(compose ps web --format '{{.State}} {{.Health}}')"
            echo "exit $(docker wait app-probe-1)"
            echo "probe $(compose logs --no-log-prefix probe)"
            echo "outside $(curl -sf "http://$(compose port web 80)/")"
            echo "inside $(compose exec -T web cat /www/index.html)"
            compose restart web 2>&1
            compose up -d --wait web 2>&1
            echo "again $(compose exec -T web cat /www/index.html)"
            compose down -v 2>&1
            echo "left [$(docker ps -aq; docker volume ls -q; docker network ls -q -f name=app)]"
            """, TimeSpan.FromMinutes(4))).Succeeded().Output;
        foreach (var line in (string[])["state running healthy", "exit 0", "probe hello from compose", "outside hello from compose", "inside hello from compose", "again hello from compose", "left []"])
        {
            Assert.True(transcript.Split('\n').Contains(line), $"no line \"{line}\":\n{transcript}");
        }
    }
}
