#!/usr/bin/env bash
# Davit's one entry: sets up, builds, tests, shows. `./build.sh help` lists the verbs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
APPS="davit davitd davit-monitor davit-oci davit-init"
BIN=artifacts/bin

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

# need PROGRAM=PACKAGE …: installs from Debian's packages what is missing, and says so
need() {
  local missing=() pair
  for pair in "$@"; do
    case ${pair%%=*} in
      /*) [[ -e ${pair%%=*} ]] || missing+=("${pair#*=}") ;;
      *) command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}") ;;
    esac
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  [[ $(id -u) -eq 0 ]] || die "these Debian packages are missing, and only root can install them: ${missing[*]}"
  say "installing from Debian: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_sdk() {
  need /etc/ssl/certs/ca-certificates.crt=ca-certificates /usr/lib/x86_64-linux-gnu/libssl.so.3=libssl3 /usr/lib/x86_64-linux-gnu/libstdc++.so.6=libstdc++6
  command -v dotnet >/dev/null || die "the .NET 10 SDK is missing: install it so that 'dotnet' is on the PATH"
  [[ $(dotnet --version) == 10.* ]] || die "the .NET SDK is $(dotnet --version); Davit needs 10"
}

need_to_compile() {
  need_sdk
  need gcc=gcc objcopy=binutils git=git /usr/include/stdio.h=libc6-dev /usr/include/zlib.h=zlib1g-dev /usr/lib/x86_64-linux-gnu/libsqlite3.a=libsqlite3-dev
}

need_to_run() { need ip=iproute2 ps=procps xz=xz-utils bzip2=bzip2; }
need_to_test() { need_to_run; need debootstrap=debootstrap newuidmap=uidmap curl=curl busybox=busybox-static nsenter=util-linux mke2fs=e2fsprogs losetup=mount objdump=binutils python3=python3-minimal; }

publish() {
  need_to_compile
  local app stamp
  mkdir -p "$BIN"
  for app in $APPS; do
    stamp=artifacts/stamps/$app
    # nothing that an executable is made of changed since it was made: keep it
    if [[ -x $BIN/$app && -e $stamp && -z $(find src "apps/$app" eng/*.props Directory.* global.json -newer "$stamp" \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.proto' -o -name '*.json' \) -not -path '*/obj/*' -not -path '*/bin/*' -print -quit) ]]; then continue; fi
    say "publishing $app$([[ $app == davitd ]] && echo ' (two minutes)')"
    mkdir -p artifacts/stamps; touch "$stamp.new"
    dotnet publish "apps/$app/$app.csproj" -c Release -o "$BIN" --nologo -v quiet -clp:ErrorsOnly || { rm -f "$stamp.new"; die "$app did not publish"; }
    mv "$stamp.new" "$stamp"
  done
}

# quick: the inner loop. davit and davitd run on the JIT (17 s after a change instead of three minutes); what forks or is pid 1 must be native all the same
quick() {
  need_to_compile
  local app
  export UseSharedCompilation=true
  mkdir -p "$BIN" artifacts/stamps
  for app in davit davitd; do
    dotnet build "apps/$app/$app.csproj" -c Debug -o "$BIN" --nologo -v quiet -clp:ErrorsOnly -p:PublishAot=false -p:NuGetLockFilePath=obj/quick.lock.json -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false || die "$app did not build"
    rm -f "artifacts/stamps/$app"
  done
  APPS="davit-monitor davit-oci davit-init" publish
}

test_ring() { publish; need_to_test; eng/test.sh "$@"; }

case ${1:-help} in
  demo) shift; publish; need_to_test; exec eng/demo.sh "$@" ;;
  test) shift; test_ring "$@" ;;
  quick) quick ;;
  publish) publish; ls -l $(printf "$BIN/%s " $APPS) ;;
  bench) shift; publish; need_to_test; exec bench/run.sh "$@" ;;
  install) shift; publish; need_to_run; exec eng/install.sh install "$@" ;;
  uninstall) shift; exec eng/install.sh uninstall "$@" ;;
  clean) eng/demo.sh clean; rm -rf artifacts; find src apps test bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + ;;
  help | -h | --help)
    cat <<'HELP'
./build.sh VERB

  demo        build, run, push and pull back two real applications (needs root; nothing from the internet but Debian's and npm's packages)
  test        publish and run the ring for every change; `test --all` runs every ring; `test RING …` those alone (`test --list`)
  publish     all executables, native, into artifacts/bin/
  quick       executables for the inner loop: davit and davitd on the JIT, unanalyzed; tests of a change end with `publish`
  bench       measure against Docker and others on this machine; `bench TOPIC …`: memory start build images runtime
  install     executables into /usr/local/bin, systemd units, group, completion; `install --prefix DIR`
  uninstall   take that back; images and containers stay unless you say --purge
  clean       remove everything that the verbs above made, the demo's data too
HELP
    ;;
  *) die "unknown verb '$1'; try ./build.sh help" ;;
esac
