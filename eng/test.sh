#!/usr/bin/env bash
# Runs the tests in rings. Called by build.sh, which has published the executables and installed what is needed.
#   test.sh            the ring for every change
#   test.sh --all      that and the slow rings
#   test.sh RING…      those rings alone: unit integration v2 soak clients fuzz tree
#   test.sh --list     the rings
set -uo pipefail
cd "$(dirname "$0")/.."
RINGS="unit integration"
SLOW="v2 clients soak fuzz tree"
out=$(mktemp -d /tmp/davit-test.XXXXXX); trap 'rm -rf "$out"' EXIT

case ${1:-} in
  --list) echo "$RINGS $SLOW"; exit 0 ;;
  --all) rings="$RINGS $SLOW" ;;
  "") rings=$RINGS ;;
  *) rings=$* ;;
esac

passed=0; failed=0
count() { # count PASSED FAILED
  passed=$((passed + $1)); failed=$((failed + $2))
}

# run NAME PROGRAM ARG…: one test program of the Microsoft testing platform; its totals are added up
run() {
  local name=$1; shift
  local p f code
  echo "== $name"
  timeout -k 10 "${LIMIT:-1200}" "$@" --progress off --no-ansi >"$out/$name.log" 2>&1; code=$?
  p=$(awk '/^ *succeeded: [0-9]+$/{n=$2} END{print n+0}' "$out/$name.log"); f=$(awk '/^ *failed: [0-9]+$/{n=$2} END{print n+0}' "$out/$name.log")
  # 8 is the platform's code for "no test matched": a ring that a project has no test for
  [[ $code -eq 8 ]] && code=0
  [[ $code -ne 0 && $f -eq 0 ]] && f=1
  if [[ $f -ne 0 ]]; then grep -v '^$' "$out/$name.log" | tail -n 120; fi
  echo "   $p passed, $f failed"
  count "$p" "$f"
}

program() { echo "test/$1/bin/Debug/net10.0/linux-x64/$1"; }

echo "== build"
if ! dotnet build Davit.slnx --nologo -v quiet -clp:ErrorsOnly; then echo "the solution does not build"; echo "0 passed, 1 failed"; exit 1; fi
eng/peers/peers tree || { echo "the peers' tree did not come up"; echo "0 passed, 1 failed"; exit 1; }

for ring in $rings; do
  case $ring in
    unit)
      for d in test/*.Tests; do
        name=$(basename "$d"); [[ $name == Davit.Integration.Tests ]] && continue
        run "$name" "$(program "$name")"
      done
      for check in eng/check-*.sh; do [[ -x $check ]] || continue; echo "== $check"; if "$check"; then count 1 0; else count 0 1; fi; done ;;
    integration) run Davit.Integration.Tests "$(program Davit.Integration.Tests)" --filter-not-trait Ring=v2 --filter-not-trait Ring=clients --filter-not-trait Ring=soak --filter-not-trait Ring=fuzz --filter-not-trait Ring=tree ;;
    v2 | clients | soak | fuzz | tree) LIMIT=3600 run "ring-$ring" "$(program Davit.Integration.Tests)" --filter-trait "Ring=$ring" ;;
    *) echo "test.sh: there is no ring '$ring' (there are: $RINGS $SLOW)"; count 0 1 ;;
  esac
done

echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
