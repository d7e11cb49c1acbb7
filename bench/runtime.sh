# OCI runtimes on one bundle, each started from nothing, in turns: the floor (floor.c: the same system calls and nothing else), davit-oci, crun and runc. Then the
# engine's own start, and a thousand containers kept at once.
rounds=25
gcc -O2 -static -o "$HERE/floor" bench/floor.c
gcc -O2 -static -o "$HERE/measure" bench/measure.c
dotnet build bench/plan -c Release -o "$HERE/plan" --nologo -v quiet -clp:ErrorsOnly >&2
mkdir -p "$HERE/bundle/rootfs"
tar -xf "$(eng/images/images dir busybox)/1.tar.gz" -C "$HERE/bundle/rootfs"
cp "$BIN/davit-oci" "$HERE/davit-oci"
(cd "$HERE/bundle" && "$HERE/davit-oci" spec)
sed -i 's/"terminal": *true/"terminal": false/; s|"sh"|"/bin/true"|; s|"path": *"rootfs"|"path": "'"$INSIDE"'/bundle/rootfs"|' "$HERE/bundle/config.json"
mkdir -p "$HERE/sleeper"; sed 's|"/bin/true"|"/bin/sleep", "1000"|' "$HERE/bundle/config.json" >"$HERE/sleeper/config.json"
# paths in the plan are the tree's, where it is run; the cgroups are the same for both
"$HERE/plan/plan" "$HERE/bundle" davit-bench-floor "$HERE/floor.plan"

# in the peers' tree, one shell for all: what starting `nsenter` takes is not the runtimes'
cat >"$HERE/contest" <<'INNER'
here=$1 rounds=$2; cd "$here"
measured() { if [[ -n ${series:-} ]]; then ./measure "$@" 9>>"$series"; else "$@"; fi; }
oci() { local program=$1; shift; [[ $program == davit-oci ]] && program=$here/davit-oci; measured "$program" --root "$here/oci-state" "$@"; }
run() { if [[ $1 == floor ]]; then measured ./floor floor.plan; else oci "$1" run -b bundle "bench-$1"; fi; }
# a delete that comes before the process has ended is refused, and is no part of the sum
steps() {
  oci "$1" create -b bundle "bench-$1" && oci "$1" start "bench-$1" || return
  local all=${series:-}; series=${series:+$here/series.delete}
  until oci "$1" delete "bench-$1" 2>/dev/null; do :; done
  [[ -z $all ]] || { tail -n 1 "$series" >>"$all"; tail -n 3 "$all" | awk '{w += $1; c += $2; if ($3 > m) m = $3} END {print w, c, m}' >>"$all.sum"; }
  series=$all
}
exec_() { oci "$1" exec "bench-sleeper-$1" /bin/true; }
contest() { # LABEL FUNCTION RUNTIME…
  local label=$1 what=$2 i w series=; shift 2
  for w in "$@"; do "$what" "$w" </dev/null >"$here/oci.error" 2>&1 || { echo "bench: $what by $w failed: $(cat "$here/oci.error")" >&2; exit 1; }; done
  for ((i = 0; i < rounds; i++)); do for w in "$@"; do series=$here/series.$what.$w; "$what" "$w" </dev/null >/dev/null 2>&1; done; done
  series=
  printf '| %s' "$label"
  for w in floor davit-oci crun runc; do
    [[ -e $here/series.$what.$w.sum ]] && mv "$here/series.$what.$w.sum" "$here/series.$what.$w"
    [[ -e $here/series.$what.$w ]] || { printf ' | –'; continue; }
    sort -n "$here/series.$what.$w" | awk '{wall[NR] = $1; cpu[NR] = $2; if ($3 > most) most = $3} END {n = asort_(cpu, NR); printf " | %.1f ms (%.1f ms CPU, %.1f MB)", wall[int((NR + 1) / 2)] / 1000, cpu[int((NR + 1) / 2)] / 1000, most / 1024}
      function asort_(a, n,  i, j, v) {for (i = 2; i <= n; i++) {v = a[i]; for (j = i - 1; j > 0 && a[j] > v; j--) a[j + 1] = a[j]; a[j + 1] = v} return n}'
  done
  echo ' |'
}
for w in davit-oci crun runc; do oci "$w" run -d -b sleeper "bench-sleeper-$w" </dev/null >/dev/null 2>&1; done
contest '`run` of `true`' run floor davit-oci crun runc
contest '`create`, `start`, `delete`' steps davit-oci crun runc
contest '`exec` of `true`' exec_ davit-oci crun runc
for w in davit-oci crun runc; do oci "$w" delete -f "bench-sleeper-$w" >/dev/null 2>&1; done
INNER
{ printf '\n| one-shot runtime: median of the wall time (of the CPU time, most memory of a process) | floor | davit-oci | crun | runc |\n|---|---|---|---|---|\n'; enter bash "$INSIDE/contest" "$INSIDE" "$rounds"; } >"$HERE/after"
cat "$HERE/after" >&2

# the floor is kept in step: the process that becomes the container must make the same calls under both, but for letting go of the runtime's file and for the parent's word
calls() { # NAME COMMAND…
  local name=$1; shift
  strace -ff -qq -o "$HERE/trace.$name" nsenter -t "$TREE" -m -r -w "$@" </dev/null >/dev/null 2>&1
  grep -l pivot_root "$HERE/trace.$name".* | head -1 | xargs awk -F'[(]' '/^[a-z]/ {n[$1]++} END {for (c in n) print c, n[c]}' | sort >"$HERE/calls.$name"
}
calls floor "$INSIDE/floor" "$INSIDE/floor.plan"
calls davit-oci "$INSIDE/davit-oci" --root "$INSIDE/oci-state" run -b "$INSIDE/bundle" bench-traced
join -a 1 -a 2 -e 0 -o 0,1.2,2.2 "$HERE/calls.floor" "$HERE/calls.davit-oci" | awk '
  {floor += $2; ours += $3}
  $2 != $3 && $1 !~ /^(mmap|mremap|munmap|mprotect|prctl|brk|close|read|write)$/ {printf "bench: the floor is out of step: %s %d times, davit-oci %d times\n", $1, $2, $3; bad = 1}
  END {printf "\nThe container'"'"'s process makes %d system calls until it ends in the floor, %d in davit-oci.\n", floor, ours; exit bad}' | tee -a "$HERE/after" >&2

# the engine's own start: from the request to the answer, the container made before
start_request() { curl -s -o /dev/null -w '%{time_total}\n' -X POST --unix-socket "$HERE/davit.sock" "http://davit/containers/$1/start"; }
for i in $(seq $rounds); do
  davit create --name "bench-s$i" --label davit-bench --network none bench/busybox true >/dev/null
  start_request "bench-s$i"
done | awk '{print $1 * 1000000}' | median | awk -v floor="$(sort -n "$HERE/series.run.floor" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)] / 1000}')" \
  '{printf "| the engine'"'"'s start (request to answer, network none) | %.1f ms of the floor'"'"'s whole run | %.1f ms | – | – |\n", floor, $1 / 1000}' | tee -a "$HERE/after" >&2
for i in $(seq $rounds); do echo "bench-s$i"; done | xargs "$BIN/davit" -H "unix://$HERE/davit.sock" rm -f >/dev/null

# a thousand at once: each logs 1 MB, serves an attach and an exec
many=${DAVIT_BENCH_MANY:-1000}
megabyte='i=0; while [ $i -lt 1024 ]; do echo "$line"; i=$((i+1)); done; exec sleep 10000'
line=$(printf '%01023d' 0)
t=$(microseconds)
seq "$many" | xargs -P 8 -I{} "$BIN/davit" -H "unix://$HERE/davit.sock" run -d --name "bench-m{}" --label davit-bench --network none -e "line=$line" bench/busybox sh -c "$megabyte" >/dev/null
t=$(($(microseconds) - t))
seq "$many" | xargs -P 16 -I{} sh -c "'$BIN/davit' -H 'unix://$HERE/davit.sock' exec bench-m{} true; timeout 0.2 '$BIN/davit' -H 'unix://$HERE/davit.sock' attach --no-stdin bench-m{} >/dev/null 2>&1; true"
sleep 2
all=$(pss $(members davit)); davitd=$(pss "$(<"$HERE/pid")")
printf '\n%s containers at once (each has logged 1 MB and served an exec and an attach): started in %s s, all our processes together %s MB PSS, davitd %s MB of it, **%s MB a container** without it\n' \
  "$many" "$(awk -v t="$t" 'BEGIN{printf "%.1f", t / 1e6}')" "$((all / 1024))" "$((davitd / 1024))" "$(awk -v a="$all" -v d="$davitd" -v n="$many" 'BEGIN{printf "%.2f", (a - d) / 1024 / n}')" | tee -a "$HERE/after" >&2
seq -f 'bench-m%g' "$many" | xargs -n 100 "$BIN/davit" -H "unix://$HERE/davit.sock" rm -f >/dev/null
