#!/usr/bin/env bash
# The main job on real input: two applications are built, run, asked, pushed, removed, pulled by digest and run again.
# Everything has its own data root, socket and bridge under /tmp/davit-demo; `demo.sh clean` takes it all back.
# $DAVIT_DEMO_NAME (at most 8 letters) gives a second demo a place and names of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
NAME=${DAVIT_DEMO_NAME:-demo}
HOME_DIR=/tmp/davit-$NAME
BIN=$PWD/artifacts/bin
INSTANCE=(--instance "$NAME" --data-root "$HOME_DIR/data" --exec-root "$HOME_DIR/run" --bridge "$NAME-b0" --interface-prefix "$NAME" --firewall-table "davit-$NAME" --cgroup-parent "davit-$NAME")
export DAVIT_HOST=unix://$HOME_DIR/davit.sock DOCKER_CONFIG=$HOME_DIR/config HOME=$HOME_DIR

now() { date +%s%N; }
since() { local ms=$((($(now) - $1) / 1000000)); printf '%d.%02d s' $((ms / 1000)) $((ms % 1000 / 10)); }
title() { printf '\n== %s\n' "$*"; }
tell() { printf '   %s\n' "$*"; }
davit() { "$BIN/davit" "$@"; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# a process of this demo, not one that has got the number of an ended one
alive() { [[ -s $1 ]] && grep -qa "davit-$NAME/" "/proc/$(cat "$1")/cmdline" 2>/dev/null; }
registry_up() { alive "$HOME_DIR/registry/pid" && curl -sf -o /dev/null "http://127.0.0.1:$PORT/v2/"; }
daemon_up() { curl -sf -o /dev/null --unix-socket "$HOME_DIR/davit.sock" http://davit/_ping; }

# end PIDFILE: ends that process and waits until it is gone
end() {
  alive "$1" || return 0
  local pid; pid=$(cat "$1")
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 400); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.05; done
  kill -9 "$pid" 2>/dev/null || true
}

clean() {
  [[ -e $HOME_DIR ]] || return 0
  end "$HOME_DIR/davitd.pid"
  if [[ -x $BIN/davitd ]]; then "$BIN/davitd" "${INSTANCE[@]}" --remove-everything
  elif [[ -e $HOME_DIR/data ]]; then echo "demo: $BIN/davitd is missing, which takes back mounts, interfaces and firewall: ./build.sh publish, then clean again" >&2; return 1; fi
  end "$HOME_DIR/registry/pid"
  rm -rf --one-file-system "$HOME_DIR"
  echo "removed $HOME_DIR" >&2
}

# the registry's port: the one it has had, else 5480 or the next that nothing listens on, for it is part of the images' names
choose_port() {
  if [[ -s $HOME_DIR/port ]]; then PORT=$(cat "$HOME_DIR/port"); registry_up && return; fi
  PORT=${PORT:-5480}
  while listens "$PORT"; do PORT=$((PORT + 1)); done
  echo "$PORT" >"$HOME_DIR/port"
}

prepare() {
  mkdir -p "$HOME_DIR/config"; [[ -e $HOME_DIR/config/config.json ]] || echo '{}' >"$HOME_DIR/config/config.json"
  choose_port
  title "Base images"
  tell "Stand-ins, made from Debian's packages (no image comes from the internet), served by Debian's docker-registry"
  tell "on 127.0.0.1:$PORT under their real names; the daemon's mirror setting leads the names there."
  HOME=/root eng/images/images make busybox node golang distroless
  registry_up || HOME=/root setsid eng/images/images serve "$HOME_DIR/registry" "$PORT" >/dev/null
  local pair
  for pair in node=library/node:20-alpine golang=library/golang:1.22 distroless=distroless/static:latest busybox=library/busybox:latest; do
    [[ -e $HOME_DIR/registry/pushed-${pair%%=*} ]] || { eng/images/images push "${pair%%=*}" "${pair#*=}" "$PORT"; touch "$HOME_DIR/registry/pushed-${pair%%=*}"; }
    tell "$(printf '%-32s stand-in, %s' "${pair#*=}" "$(du -shc "$(eng/images/images dir "${pair%%=*}")"/*.tar.gz | tail -1 | cut -f1)")"
  done
  if ! daemon_up; then
    cat >"$HOME_DIR/daemon.json" <<JSON
{ "registries": { "docker.io": { "mirrors": ["http://127.0.0.1:$PORT"] }, "gcr.io": { "mirrors": ["http://127.0.0.1:$PORT"] } } }
JSON
    setsid "$BIN/davitd" "${INSTANCE[@]}" -H "$DAVIT_HOST" --config-file "$HOME_DIR/daemon.json" --default-address-pool base=10.229.0.0/16,size=24 \
      --pidfile "$HOME_DIR/davitd.pid" </dev/null >"$HOME_DIR/davitd.log" 2>&1 &
    for _ in $(seq 200); do daemon_up && break; sleep 0.05; done
    daemon_up || { echo "davitd did not start:" >&2; tail -5 "$HOME_DIR/davitd.log" >&2; exit 1; }
  fi
}

# show NAME DIRECTORY PORT: the whole way of one application
show() {
  local name=$1 dir=$2 inside=$3 image=127.0.0.1:$PORT/demo/$1:1.0 t digest answer port
  title "$name: $dir/Dockerfile"
  t=$(now); davit build -q -t "$image" "$dir" >"$HOME_DIR/$name.id"
  tell "built     $image  $(davit images --format '{{.Size}}' "$image")  in $(since "$t")"

  davit rm -f "demo-$name" >/dev/null 2>&1 || true
  t=$(now); davit run -d --name "demo-$name" -p "127.0.0.1::$inside" "$image" >/dev/null
  tell "started   container demo-$name in $(since "$t")"
  port=$(davit port "demo-$name" "$inside/tcp" | head -1); port=${port##*:}
  answer=$(ask "$port"); tell "asked     http://127.0.0.1:$port/ -> $answer"
  davit rm -f "demo-$name" >/dev/null

  t=$(now); davit push -q "$image" >/dev/null
  digest=$(davit inspect --format '{{index .RepoDigests 0}}' "$image")
  tell "pushed    ${digest} in $(since "$t")"
  davit rmi -f "$image" >/dev/null
  tell "removed   the local image"
  t=$(now); davit pull -q "$digest" >/dev/null
  tell "pulled    by digest in $(since "$t")"

  t=$(now); davit run -d --name "demo-$name" --read-only --user 65532:65532 --cap-drop ALL --security-opt no-new-privileges -p "127.0.0.1::$inside" "$digest" >/dev/null
  tell "started   again in $(since "$t"): read-only root, user 65532, no capabilities"
  port=$(davit port "demo-$name" "$inside/tcp" | head -1); port=${port##*:}
  answer=$(ask "$port"); tell "asked     http://127.0.0.1:$port/ -> $answer"
  davit rm -f "demo-$name" >/dev/null
}

ask() {
  curl -sf --retry 60 --retry-delay 1 --retry-all-errors --retry-max-time 20 --retry-connrefused "http://127.0.0.1:$1/" 2>/dev/null || { echo "no answer on port $1" >&2; davit logs "$(davit ps -alq)" >&2; exit 1; }
}

run() {
  [[ $(id -u) -eq 0 ]] || { echo "the demo starts containers: run it as root" >&2; exit 1; }
  [[ $NAME =~ ^[a-z][a-z0-9]{0,7}$ ]] || { echo "DAVIT_DEMO_NAME is '$NAME': at most 8 small letters and digits, a letter first" >&2; exit 1; }
  trap 'printf "\n   interrupted: ./build.sh demo goes on from here, ./build.sh clean takes everything back\n" >&2; exit 130' INT TERM
  local start; start=$(now)
  prepare
  show node-web samples/node-web 3000
  show go-server samples/go-server 8080
  title "Done in $(since "$start")"
  tell "The daemon still runs. Try:"
  tell "  export DAVIT_HOST=$DAVIT_HOST PATH=$BIN:\$PATH"
  tell "  davit run --rm -it busybox                      # a shell in a container"
  tell "  davit build -t web samples/node-web             # everything from the cache"
  tell "  davit images; davit ps -a; davit system df"
  tell "  DOCKER_HOST=$DAVIT_HOST docker ps               # any Docker client works"
  tell "./build.sh clean takes everything back."
}

case ${1:-run} in
  run) run ;;
  clean) clean ;;
  *) echo "demo.sh [clean]" >&2; exit 2 ;;
esac
