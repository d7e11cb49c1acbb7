# The start path: one container at a time, a hundred of them, exec, and the client alone.
label=(--label davit-bench)
contest "\`version\`" 15 docker ours davit -- version
for network in none bridge; do
  contest "\`run --rm busybox true\`, network $network" 15 docker ours davit -- run --rm "${label[@]}" --network "$network" bench/busybox true
done

# Podman has a store of its own, and no daemon whose CPU time could be told apart: wall time only
enter nft list table inet netavark >/dev/null 2>&1 || PODMAN_TABLE=mine
podman import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - bench/busybox <"$(eng/images/images dir busybox)/1.tar.gz" >/dev/null 2>&1
for network in none bridge; do
  contest "the same beside Podman, network $network" 7 podman ours davit -- run --rm --network "$network" bench/busybox true
done

for d in docker ours; do $d run -d "${label[@]}" --name bench-exec --network none bench/busybox sleep 10000 >/dev/null; done
contest "\`exec true\` in a running container" 15 docker ours davit -- exec bench-exec true
for d in docker ours; do $d rm -f bench-exec >/dev/null; done

hundred() { local i; for i in $(seq 100); do "$1" run -d "${label[@]}" --name "bench-h$i" --network none bench/busybox sleep 10000; done; }
all() { local i; "$1" rm -f $(for i in $(seq 100); do echo "bench-h$i"; done); }
for d in docker ours davit; do timed "$d" hundred hundred "$d"; timed "$d" all all "$d"; done
medians "100 × \`run -d\`, one after another" hundred docker ours davit
medians "\`rm -f\` of the 100" all docker ours davit
