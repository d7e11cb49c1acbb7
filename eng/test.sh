#!/usr/bin/env bash
# Runs the tests in rings. Called by build.sh, which has published the executables and installed what is needed.
#   test.sh            the ring for every change: unit and integration
#   test.sh --all      that and the slow rings
#   test.sh RING…      those rings alone: unit integration engines v2 soak clients fuzz tree
#   test.sh --list     the rings, and where their tests are
# The last line is "N passed, N failed". A ring in which no test ran has failed, and so has a run that leaves a mount, a process, an interface,
# a firewall table, a cgroup or a file on the machine; with DAVIT_TEST_SHARED=1 (other daemons come and go here) what is left is told, not counted.
set -uo pipefail
cd "$(dirname "$0")/.."
RINGS="unit integration"
SLOW="engines v2 clients soak fuzz tree"
out=$(mktemp -d /tmp/davit-ring.XXXXXX); trap 'rm -rf "$out"' EXIT
not_slow=(); for ring in $SLOW; do not_slow+=(--filter-not-trait "Ring=$ring"); done

# the projects that have tests of a slow ring
projects_of() { grep -rlE "Trait\(\"Ring\", *\"$1\"\)" test --include=*.cs | cut -d/ -f2 | sort -u; }

case ${1:-} in
  --list)
    echo "unit: every project of test/ but one; eng/check-*.sh"; echo "integration: Davit.Integration.Tests"
    for ring in $SLOW; do echo "$ring: $(projects_of "$ring" | paste -sd' ')"; done
    exit 0 ;;
  --all) rings="$RINGS $SLOW" ;;
  "") rings=$RINGS ;;
  *) rings=$* ;;
esac

passed=0; failed=0
count() { # count PASSED FAILED
  passed=$((passed + $1)); failed=$((failed + $2))
}
finish() { echo "$passed passed, $failed failed"; [[ $failed -eq 0 && $passed -gt 0 ]]; exit; }

# run NAME PROJECT ARG…: one test program of the Microsoft testing platform; its totals are added up
run() {
  local name=$1 project=$2; shift 2
  local p f code
  echo "== $name"
  timeout -k 10 "${LIMIT:-1200}" "test/$project/bin/Debug/net10.0/linux-x64/$project" "$@" --progress off --no-ansi >"$out/$name.log" 2>&1; code=$?
  p=$(awk '/^ *succeeded: [0-9]+$/{n=$2} END{print n+0}' "$out/$name.log"); f=$(awk '/^ *failed: [0-9]+$/{n=$2} END{print n+0}' "$out/$name.log")
  # 8 is the platform's code for "no test matched", 124 is timeout's
  case $code in 8) echo "   no test ran"; f=1 ;; 124 | 137) echo "   it did not end within ${LIMIT:-1200} s"; f=$((f + 1)) ;; esac
  [[ $code -ne 0 && $f -eq 0 ]] && f=1
  if [[ $f -ne 0 ]]; then grep -v '^$' "$out/$name.log" | tail -n 120; fi
  echo "   $p passed, $f failed"
  count "$p" "$f"
}

# what a daemon of ours could leave on the machine, one thing a line
machine() {
  grep -oE '^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ [^ ]*davit[^ ]*' /proc/self/mountinfo | sed 's/.* /mount /'
  ip -o link | awk -F': ' '{sub(/@.*/, "", $2); print "interface " $2}' | grep -vE ' (docker0|br-[0-9a-f]+|veth[0-9a-f]{7})$'
  ip netns list 2>/dev/null | awk '{print "network namespace " $1}'
  eng/peers/peers in nft list tables 2>/dev/null | awk '$3 ~ /davit/ {print "firewall table " $3}'
  find /sys/fs/cgroup -maxdepth 2 -type d -name '*davit*' 2>/dev/null | sed 's/^/cgroup /'
  find /tmp -maxdepth 1 -name '*davit*' -not -path "$out" | sed 's/^/file /'
  local process line
  for process in /proc/[0-9]*; do
    line=$({ tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null) || continue
    case $line in *"$PWD/artifacts/bin/"* | davit-monitor* | davit-zygote*) echo "process ${process#/proc/} ${line:0:100}" ;; esac
  done
}

echo "== build"
if ! dotnet build Davit.slnx --nologo -v quiet -clp:ErrorsOnly; then echo "the solution does not build"; count 0 1; finish; fi
eng/peers/peers tree || { echo "the peers' tree did not come up"; count 0 1; finish; }
eng/peers/v2host up || { echo "the guest with cgroup version 2 was not made"; count 0 1; finish; }
machine | sort -u >"$out/before"

for ring in $rings; do
  case $ring in
    unit)
      for d in test/*.Tests; do
        name=$(basename "$d"); [[ $name == Davit.Integration.Tests ]] && continue
        run "$name" "$name" "${not_slow[@]}"
      done
      for check in eng/check-*.sh; do [[ -x $check ]] || continue; echo "== $check"; if "$check"; then count 1 0; else count 0 1; fi; done ;;
    integration) run Davit.Integration.Tests Davit.Integration.Tests "${not_slow[@]}" ;;
    engines | v2 | clients | soak | fuzz | tree)
      projects=$(projects_of "$ring")
      [[ -n $projects ]] || { echo "== ring $ring"; echo "   no project has a test of it"; count 0 1; }
      for name in $projects; do LIMIT=7200 run "$ring-$name" "$name" --filter-trait "Ring=$ring"; done ;;
    *) echo "test.sh: there is no ring '$ring' (there are: $RINGS $SLOW)"; count 0 1 ;;
  esac
done

echo "== left on the machine"
machine | sort -u >"$out/after"
if comm -13 "$out/before" "$out/after" | sed 's/^/   /' | grep .; then [[ ${DAVIT_TEST_SHARED:-} == 1 ]] || count 0 1
else echo "   nothing"; count 1 0; fi
finish
