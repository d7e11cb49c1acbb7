#!/usr/bin/env bash
# Measures Davit beside real Docker (and Podman) in one run, interleaved, on a machine that should be idle otherwise.
#   bench/run.sh [TOPIC…]      topics: memory start build images runtime; all of them when none is named
# Prints a table for SPECIFICATION.md: medians of the wall time with the engine's CPU time, and the ratio to Docker's of both.
# "docker client" rows drive our engine by Docker's own client, whose start alone takes tens of milliseconds; `davit` is our client.
set -euo pipefail
cd "$(dirname "$0")/.."
topics=${*:-memory start build images runtime}
for topic in $topics; do [[ -e bench/$topic.sh && $topic != lib && $topic != run ]] || { echo "bench: no topic '$topic': memory start build images runtime" >&2; exit 2; }; done
. bench/lib.sh
trap finish EXIT
read -r load _ </proc/loadavg
begin
awk -v l="$load" 'BEGIN{exit !(l > 1.5)}' && say "bench: the load average is $load: figures of a busy machine say little"
for topic in $topics; do . "bench/$topic.sh"; done
printf '\n%s, %s processors, load %s at the start, Docker %s, Podman %s\n\n' "$(date -u +%F)" "$(nproc)" "$load" "$(docker version -f '{{.Server.Version}}')" "$(podman --version | awk '{print $3}')"
[[ -e $HERE/table ]] && { printf '| what | docker | Davit, docker client | Davit, `davit` | other |\n|---|---|---|---|---|\n'; cat "$HERE/table"; }
[[ -e $HERE/after ]] && cat "$HERE/after"
true
