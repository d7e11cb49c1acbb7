# Rebuilds of a small application: nothing changed, and one line changed.
mkdir -p "$HERE/context"
printf 'FROM bench/busybox\nWORKDIR /app\nCOPY packages ./\nRUN cat packages >installed\nCOPY . .\nRUN true\n' >"$HERE/context/Dockerfile"
seq 1000 >"$HERE/context/packages"; seq 100 >"$HERE/context/source"
export DOCKER_BUILDKIT=0
in_place() { [[ $1 == davit ]] && echo "$HERE/context" || echo "$INSIDE/context"; }
build() { local who=$1; "$who" build -q -t "bench/app" "$(in_place "$who")"; }
build_docker() { build docker; }; build_ours() { build ours; }; build_davit() { build davit; }
build_buildx() { DOCKER_BUILDKIT=1 build docker; }
rebuild() { # rebuild NAME BEFORE
  local i d
  for d in docker buildx ours davit; do eval "$2"; "build_$d" >/dev/null 2>&1 || say "bench: build by $d failed"; done
  for i in 1 2 3 4 5 6 7; do for d in docker buildx ours davit; do eval "$2"; timed "$d" "$1" "build_$d" 2>/dev/null; done; done
}
rebuild same :
rebuild line 'echo "line $RANDOM$RANDOM" >>"$HERE/context/source"'
medians "rebuild, nothing changed (classic protocol; last column buildx)" same docker ours davit buildx
medians "rebuild, one line changed (the same)" line docker ours davit buildx
for d in docker ours; do $d rmi -f bench/app >/dev/null 2>&1 || true; done
