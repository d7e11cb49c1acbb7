# An image of 500 MB in 10 layers of random data: loaded from an archive, pushed to an empty registry on loopback, removed, pulled again, saved.
rounds=3
image=127.0.0.1:$REGISTRY/bench/big:1
mkdir -p "$HERE/big"
{ echo 'FROM bench/busybox'; for i in $(seq 10); do head -c 50000000 /dev/urandom >"$HERE/big/f$i"; echo "COPY f$i /f$i"; done; } >"$HERE/big/Dockerfile"
DOCKER_BUILDKIT=0 docker build -q -t "$image" "$INSIDE/big" >/dev/null 2>&1
docker save -o "$INSIDE/big.tar" "$image"; docker rmi -f "$image" >/dev/null; rm -rf "$HERE/big"

fresh_registry() {
  [[ -n $REGISTRY_PID ]] && { kill "$REGISTRY_PID"; while kill -0 "$REGISTRY_PID" 2>/dev/null; do sleep 0.02; done; }
  rm -rf "$HERE/registry"
  REGISTRY_PID=$(setsid eng/images/images serve "$HERE/registry" "$REGISTRY")
}
for _ in $(seq $rounds); do
  for d in docker ours; do
    fresh_registry
    timed $d load $d load -q -i "$INSIDE/big.tar"
    timed $d push $d push -q "$image"
    timed $d save $d save -o "$INSIDE/saved.tar" "$image"; rm -f "$HERE/saved.tar"
    $d rmi -f "$image" >/dev/null
    timed $d pull $d pull -q "$image"
    $d rmi -f "$image" >/dev/null
  done
done
for what in load push save pull; do medians "\`$what\` of 500 MB in 10 layers" $what docker ours; done
