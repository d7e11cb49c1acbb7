# Memory at rest, and what a container costs that has logged 1 MB, served an attach and an exec: PSS of every process of the engine.
count=20
settle() { sleep 11; } # our daemon gives memory back after 8 s without a request; Docker's gets the same time
settle
megabytes "daemon at rest (PSS)" "$(pss $(members docker))" "$(pss $(members davit))"
for d in docker ours; do
  who=$d; [[ $d == ours ]] && who=davit
  before=$(pss $(members $who))
  for i in $(seq $count); do
    $d run -d --label davit-bench --name "bench-m$i" --network none bench/busybox sh -c 'yes 0123456789abcdef | head -c 1000000; sleep 10000' >/dev/null
  done
  for i in $(seq $count); do
    timeout -s KILL 1 nsenter -t "$TREE" -m -r -w docker $([[ $d == ours ]] && echo "-H unix://$INSIDE/davit.sock") attach --no-stdin --sig-proxy=false "bench-m$i" >/dev/null 2>&1 &
  done
  wait $(jobs -rp | grep -vx "${REGISTRY_PID:-0}" | grep -vx "$(cat "$HERE/pid")") 2>/dev/null || true
  for i in $(seq $count); do $d exec "bench-m$i" true; done
  settle
  each=$(awk -v a="$before" -v b="$(pss $(members $who))" -v n=$count 'BEGIN{print (b-a)/n}')
  [[ $d == docker ]] && docker_each=$each
  $d rm -f $(for i in $(seq $count); do echo "bench-m$i"; done) >/dev/null
done
megabytes "per running container, after 1 MB of log, an attach and an exec (PSS)" "$docker_each" "$each"
