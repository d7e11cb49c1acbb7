#!/usr/bin/env bash
# Measures Davit beside real Docker in one run, interleaved: A B A B …, and prints medians and their ratio.
#   bench/run.sh [ROUNDS]     9 by default
# Both are driven by the same docker client from the peers' tree; the machine should be idle otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
ROUNDS=${1:-9}
BIN=$PWD/artifacts/bin
HERE=$(mktemp -d /tmp/davit-bench.XXXXXX)
REGISTRY=5491
INSTANCE=(--instance bench --data-root "$HERE/data" --exec-root "$HERE/run" --bridge bench-b0 --interface-prefix bench --firewall-table davit-bench --cgroup-parent davit-bench)

eng/peers/peers up
eng/images/images make busybox
setsid "$BIN/davitd" "${INSTANCE[@]}" -H "unix://$HERE/davit.sock" --default-address-pool base=10.231.0.0/16,size=24 --pidfile "$HERE/pid" </dev/null >"$HERE/log" 2>&1 &
for _ in $(seq 200); do curl -sf -o /dev/null --unix-socket "$HERE/davit.sock" http://davit/_ping && break; sleep 0.05; done
registry=$(setsid eng/images/images serve "$HERE/registry" "$REGISTRY")
tree=$(cat "${PEERS_ROOT:-/var/lib/davit-peers}/pids/root")

enter() { nsenter -t "$tree" -m -r -w "$@"; }
docker() { enter docker "$@"; }
ours() { enter docker -H "unix:///share${HERE#/tmp}/davit.sock" "$@"; }

finish() {
  for d in docker ours; do $d rm -f bench-exec >/dev/null 2>&1 || true; done
  docker rmi -f bench/busybox "127.0.0.1:$REGISTRY/bench/big:docker" >/dev/null 2>&1 || true
  kill "$registry" 2>/dev/null || true
  [[ -s $HERE/pid ]] && kill "$(cat "$HERE/pid")" && for _ in $(seq 100); do kill -0 "$(cat "$HERE/pid" 2>/dev/null || echo 0)" 2>/dev/null || break; sleep 0.05; done
  "$BIN/davitd" "${INSTANCE[@]}" --remove-everything || true
  rm -rf "$HERE"
}
trap finish EXIT

now() { date +%s%N; }
median() { sort -n | awk '{v[NR]=$1} END{print v[int((NR+1)/2)]}'; }

# compare LABEL COMMAND…: the command once with docker's engine, once with ours, and so on
compare() {
  local label=$1 i t a=() b=(); shift
  docker "$@" >/dev/null 2>&1; ours "$@" >/dev/null 2>&1
  for ((i = 0; i < ROUNDS; i++)); do
    t=$(now); docker "$@" >/dev/null 2>&1; a+=($((($(now) - t) / 1000)))
    t=$(now); ours "$@" >/dev/null 2>&1; b+=($((($(now) - t) / 1000)))
  done
  row "$label" "$(printf '%s\n' "${a[@]}" | median)" "$(printf '%s\n' "${b[@]}" | median)"
}
row() { awk -v l="$1" -v a="$2" -v b="$3" 'BEGIN{printf "%-46s docker %9.1f ms   davit %9.1f ms   1/%.1f\n", l, a/1000, b/1000, a/b}'; }

pss() { awk '/^Pss:/{s+=$2} END{print s+0}' $(for p in "$@"; do echo "/proc/$p/smaps_rollup"; done) 2>/dev/null; }

rootfs=$(eng/images/images dir busybox)/1.tar.gz
for d in docker ours; do $d import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - bench/busybox <"$rootfs" >/dev/null; done

rest=$(pss "$(cat "$HERE/pid")")
printf '%-46s docker %9.1f MB   davit %9.1f MB (PSS)\n' "daemon at rest" "$(awk -v k="$(pss $(pgrep -x dockerd) $(pgrep -x containerd))" 'BEGIN{print k/1024}')" "$(awk -v k="$rest" 'BEGIN{print k/1024}')"
compare "version" version
compare "run --rm true, network none" run --rm --network none bench/busybox true
compare "run --rm true, bridge" run --rm bench/busybox true
for d in docker ours; do $d run -d --name bench-exec --network none bench/busybox sleep 10000 >/dev/null; done
compare "exec true" exec bench-exec true

# memory of 20 more containers, everything that is kept for them
for i in $(seq 20); do ours run -d --name "bench-m$i" --network none bench/busybox sleep 10000 >/dev/null; done
monitors=$(pgrep -f "davit-monitor.*$HERE" | tr '\n' ' ')
printf '%-46s davit %9.3f MB (PSS, all monitors / containers)\n' "per running container" "$(awk -v k="$(pss $monitors)" 'BEGIN{print k/1024/21}')"
ours rm -f $(for i in $(seq 20); do echo "bench-m$i"; done) >/dev/null

# an unchanged rebuild
mkdir -p "$HERE/context"; printf 'FROM bench/busybox\nCOPY . /src\nRUN true\n' >"$HERE/context/Dockerfile"; seq 1000 >"$HERE/context/file"
export DOCKER_BUILDKIT=0
compare "build, nothing changed (classic protocol)" build -q "/share${HERE#/tmp}/context"

# 500 MB in 10 layers of random data
mkdir -p "$HERE/big"; { echo 'FROM bench/busybox'; for i in $(seq 10); do head -c 50000000 /dev/urandom >"$HERE/big/f$i"; echo "COPY f$i /f$i"; done; } >"$HERE/big/Dockerfile"
for d in docker ours; do name=$d; [[ $d == ours ]] && name=davit; $d build -q -t "127.0.0.1:$REGISTRY/bench/big:$name" "/share${HERE#/tmp}/big" >/dev/null 2>&1; done
t=$(now); docker push -q "127.0.0.1:$REGISTRY/bench/big:docker" >/dev/null; a=$((($(now) - t) / 1000))
t=$(now); ours push -q "127.0.0.1:$REGISTRY/bench/big:davit" >/dev/null; b=$((($(now) - t) / 1000))
row "push 500 MB in 10 layers" "$a" "$b"
docker rmi -f "127.0.0.1:$REGISTRY/bench/big:docker" >/dev/null; ours rmi -f "127.0.0.1:$REGISTRY/bench/big:davit" >/dev/null
docker builder prune -af >/dev/null 2>&1 || true; ours builder prune -af >/dev/null 2>&1 || true
t=$(now); docker pull -q "127.0.0.1:$REGISTRY/bench/big:docker" >/dev/null; a=$((($(now) - t) / 1000))
t=$(now); ours pull -q "127.0.0.1:$REGISTRY/bench/big:davit" >/dev/null; b=$((($(now) - t) / 1000))
row "pull 500 MB in 10 layers" "$a" "$b"
