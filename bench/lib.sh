# What the topics share: two engines side by side, contests between commands, and the table. Sourced by run.sh.
BIN=${DAVIT_BIN:-$PWD/artifacts/bin} # executables to measure
HERE=$(mktemp -d /tmp/davit-bench.XXXXXX)
INSIDE=/share${HERE#/tmp} # the same directory as the peers' tree sees it
RUN=$(mktemp -d /dev/shm/davit-bench.XXXXXX) # in memory, as /run is for the peers
REGISTRY=5491
INSTANCE=(--instance bench --data-root "$HERE/data" --exec-root "$RUN" --bridge bench-b0 --interface-prefix bench --firewall-table davit-bench --cgroup-parent davit-bench)
V2=/sys/fs/cgroup; [[ -e $V2/cgroup.procs ]] || V2=$V2/unified
PEER_GROUP=$V2/davit-bench-peers
TREE= REGISTRY_PID= PODMAN_TABLE=

enter() { nsenter -t "$TREE" -m -r -w "$@"; }

# the contestants: real Docker; our engine by Docker's client; our engine by our client; Podman
docker() { enter docker "$@"; }
ours() { enter docker -H "unix://$INSIDE/davit.sock" "$@"; }
davit() { "$BIN/davit" -H "unix://$HERE/davit.sock" "$@"; }
podman() { enter podman "$@"; }

say() { printf '%s\n' "$*" >&2; }
microseconds() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }
median() { sort -n | awk '{v[NR]=$1} END{print (NR%2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
pss() { local p; for p in "$@"; do cat "/proc/$p/smaps_rollup" 2>/dev/null || true; done | awk '/^Pss:/{s+=$2} END{print s+0}'; }

# pids of everything that an engine keeps running, containers' own processes left out
members() {
  case $1 in
    docker) pgrep -x dockerd; pgrep -x containerd; pgrep -f '^/[^ ]*containerd-shim' || true ;;
    davit) echo "$(<"$HERE/pid")"; cat "$V2/davit-bench-monitors/cgroup.procs" 2>/dev/null || true ;;
  esac
}

# CPU time of an engine so far, microseconds: daemons, and monitors or shims and runtimes (with what the containers' own processes do, where they stay in that cgroup)
cpu() {
  case $1 in
    docker) awk '/^usage_usec/{print $2}' "$PEER_GROUP/cpu.stat" ;;
    ours | davit)
      local own; own=$(awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); print ($12+$13)*1000000/hz}' "/proc/$(<"$HERE/pid")/stat")
      awk -v own="$own" '/^usage_usec/{print $2+own}' "$V2/davit-bench-monitors/cpu.stat" ;;
    *) echo 0 ;;
  esac
}

# contest LABEL ROUNDS CONTESTANT… -- ARG…: each contestant once a round, in turns; a contestant is a function that gets the arguments.
# The row has medians of the wall time, and the engine's CPU time a round where it is known. BEFORE is run before each, untimed.
contest() {
  local label=$1 rounds=$2 who=() i w t c; shift 2
  while [[ $1 != -- ]]; do who+=("$1"); shift; done; shift
  local cells=()
  for w in "${who[@]}"; do eval "${BEFORE:-:}"; "$w" "$@" >/dev/null 2>&1 || { say "bench: $w $* failed"; "$w" "$@" >&2 || true; return 1; }; : >"$HERE/times.$w"; echo 0 >"$HERE/cpu.$w"; done
  for ((i = 0; i < rounds; i++)); do
    for w in "${who[@]}"; do
      eval "${BEFORE:-:}"
      c=$(cpu "$w"); t=$(microseconds)
      "$w" "$@" >/dev/null 2>&1
      echo $(($(microseconds) - t)) >>"$HERE/times.$w"
      sleep 0.05 # what an engine does behind the answer is its own time too
      echo "$(cpu "$w") $c $(cat "$HERE/cpu.$w")" | awk '{print $1-$2+$3}' >"$HERE/cpu.$w.new"; mv "$HERE/cpu.$w.new" "$HERE/cpu.$w"
    done
  done
  for w in "${who[@]}"; do cells+=("$w=$(median <"$HERE/times.$w")/$(awk -v n="$rounds" '{print $1/n}' "$HERE/cpu.$w")"); done
  row "$label" "${cells[@]}"
}

# timed WHO NAME COMMAND…: one measurement for `medians` below
timed() {
  local who=$1 name=$2 t c; shift 2
  c=$(cpu "$who"); t=$(microseconds)
  "$@" >/dev/null || { say "bench: $* failed"; return 1; }
  t=$(($(microseconds) - t))
  echo "$t $(($(cpu "$who" | cut -d. -f1) - ${c%.*}))" >>"$HERE/series.$name.$who"
}

# medians LABEL NAME WHO…: a row of what `timed` has kept
medians() {
  local label=$1 name=$2 w cells=(); shift 2
  for w in "$@"; do cells+=("$w=$(cut -d' ' -f1 "$HERE/series.$name.$w" | median)/$(cut -d' ' -f2 "$HERE/series.$name.$w" | median)"); done
  row "$label" "${cells[@]}"
}

# row LABEL WHO=WALL/CPU…: microseconds; the first one is what the others are compared with
row() {
  local label=$1; shift
  printf '%s\n' "$@" | awk -v label="$label" -F'[=/]' '
    function ms(us) { return us >= 9999500 ? sprintf("%.1f s", us/1e6) : sprintf(us >= 99950 ? "%.0f ms" : "%.1f ms", us/1e3) }
    NR == 1 { wall = $2; cpu = $3 }
    { text = ms($2) ($3 > 0 ? " (" ms($3) " CPU)" : "")
      if (NR > 1 && $2 > 0 && $1 != "buildx") text = text ", **1/" sprintf("%.1f", wall/$2) "**" ($3 > 0 && cpu > 0 ? " (1/" sprintf("%.1f", cpu/$3) ")" : "")
      cell[$1] = text }
    END { printf "| %s | %s | %s | %s | %s |\n", label, cell["docker"] ? cell["docker"] : "–", cell["ours"] ? cell["ours"] : "–", cell["davit"] ? cell["davit"] : "–", cell["podman"] cell["buildx"] ? cell["podman"] cell["buildx"] : "–" }' | tee -a "$HERE/table" >&2
}

# megabytes LABEL DOCKER_KB OURS_KB
megabytes() { awk -v l="$1" -v a="$2" -v b="$3" 'BEGIN{printf "| %s | %.2f MB | %.2f MB, **1/%.1f** | – | – |\n", l, a/1024, b/1024, a/b}' | tee -a "$HERE/table" >&2; }

begin() {
  eng/peers/peers up
  eng/images/images make busybox
  TREE=$(cat "${PEERS_ROOT:-/var/lib/davit-peers}/pids/root")
  mkdir -p "$PEER_GROUP"
  local p; for p in $(members docker); do echo "$p" >"$PEER_GROUP/cgroup.procs" 2>/dev/null || true; done
  setsid "$BIN/davitd" "${INSTANCE[@]}" -H "unix://$HERE/davit.sock" --default-address-pool base=10.231.0.0/16,size=24 --pidfile "$HERE/pid" </dev/null >"$HERE/log" 2>&1 &
  for _ in $(seq 200); do curl -sf -o /dev/null --unix-socket "$HERE/davit.sock" http://davit/_ping && break; sleep 0.05; done
  local d rootfs; rootfs=$(eng/images/images dir busybox)/1.tar.gz
  for d in docker ours; do $d import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - bench/busybox <"$rootfs" >/dev/null; done
}

finish() {
  local p
  set +e
  for d in docker ours; do $d ps -aq --filter label=davit-bench | xargs -r nsenter -t "$TREE" -m -r -w docker $([[ $d == ours ]] && echo "-H unix://$INSIDE/davit.sock") rm -f; done >/dev/null 2>&1
  docker images -q --filter 'reference=*bench/*' --filter 'reference=127.0.0.1:5491/bench/*' | sort -u | xargs -r nsenter -t "$TREE" -m -r -w docker rmi -f >/dev/null 2>&1
  docker image prune -f >/dev/null 2>&1 # rebuilds leave images without a name
  [[ -n $PODMAN_TABLE ]] && { podman rmi -f bench/busybox; enter nft delete table inet netavark; } >/dev/null 2>&1
  [[ -n $REGISTRY_PID ]] && kill "$REGISTRY_PID"
  if [[ -s $HERE/pid ]]; then
    p=$(cat "$HERE/pid"); kill "$p"; for _ in $(seq 200); do kill -0 "$p" 2>/dev/null || break; sleep 0.05; done
    "$BIN/davitd" "${INSTANCE[@]}" --remove-everything
  fi
  if [[ -d $PEER_GROUP ]]; then
    for p in $(cat "$PEER_GROUP/cgroup.procs"); do echo "$p" >"$V2/cgroup.procs"; done 2>/dev/null
    find "$PEER_GROUP" -depth -type d -exec rmdir {} +
  fi
  rm -rf "$HERE" "$RUN"
}
