#!/bin/bash
# check-child-closure.sh [EXECUTABLE [ROOT]]: reads the machine code of an executable (with its .dbg file beside it, as a publish leaves them) and walks every
# call and jump from the entry of the child, the code between clone and execve. Fails on anything outside Davit.Runtime.Launch, on more than one place with
# an indirect call, and on instructions that belong to the managed runtime (thread-local storage, polls, block clears, system calls of its own). With ROOT
# another function is walked. Without arguments it looks at every executable of ours that clones, first proving that it can fail: the parent's side, which
# allocates and throws, must be refused.
set -euo pipefail

prefix='Davit_Runtime_Davit_Runtime_Launch_'
entry='Davit_Runtime_Davit_Runtime_Launch_LaunchChild__Enter'
outlet='Davit_Runtime_Davit_Runtime_Launch_Kernel__Call'

code=$(mktemp); trap 'rm -f "$code"' EXIT

# code from the stripped executable, names through its debug link from the .dbg file beside it
read_code() { objdump -d --no-show-raw-insn --dwarf=follow-links "$1" >"$code" 2>/dev/null; }

walk() { # ROOT
  awk -v root="$1" -v prefix="$prefix" -v outlet="$outlet" '
    /^[0-9a-f]+ <.*>:$/ { name = $2; sub(/^</, "", name); sub(/>:$/, "", name); known[name] = 1; next }
    name != "" && /^ +[0-9a-f]+:\t/ {
      text = $0; sub(/^ +[0-9a-f]+:\t/, "", text)
      if (text ~ /^(call|jmp|j[a-z]+) +[0-9a-f]+ </) {
        target = text; sub(/^[^<]*</, "", target); sub(/(\+0x[0-9a-f]+)?>.*$/, "", target)
        if (target != name) calls[name] = calls[name] " " target
      } else if (text ~ /^(call|jmp) +\*/) indirect[name] = indirect[name] "\n    " text
      if (text ~ /%fs:|RhpTrapThreads|^rep |^syscall|^int |^ud2/) bad[name] = bad[name] "\n    " text
    }
    END {
      if (!(root in known)) { print "no function " root; exit 2 }
      todo[1] = root; n = 1; failed = 0
      for (i = 1; i <= n; i++) {
        f = todo[i]
        if (f in seen) continue
        seen[f] = 1; count++
        if (!(f in known)) { print "leaves the executable: " f; failed = 1; continue }
        if (index(f, prefix) != 1) { print "outside of the closure: " f " called from " from[f]; failed = 1; continue }
        if (f in bad) { print "runtime code in " f ":" bad[f]; failed = 1 }
        if ((f in indirect) && index(f, outlet) != 1 && f !~ /Errno/ && !jumptable(f)) { print "indirect call in " f ":" indirect[f]; failed = 1 }
        m = split(calls[f], more, " ")
        for (k = 1; k <= m; k++) if (!(more[k] in seen)) { n++; todo[n] = more[k]; if (!(more[k] in from)) from[more[k]] = f }
      }
      print count " functions from " root (failed ? ": NOT closed" : ": closed")
      exit failed
    }
    function jumptable(f) { return 0 }' "$code"
}

if [[ $# -gt 0 ]]; then
  read_code "$1"
  walk "${2:-$entry}"
  exit
fi

cd "$(dirname "$0")/.."
launch='Davit_Runtime_Davit_Runtime_Launch_'
for executable in artifacts/bin/davit-monitor artifacts/bin/davit-oci; do
  [[ -e $executable && -e $executable.dbg ]] || { echo "$executable or its .dbg file is missing: ./build.sh publish" >&2; exit 1; }
  read_code "$executable"
  refused=0
  walk "${launch}ContainerLauncher__CloneChild" >/dev/null || refused=$?
  [[ $refused -eq 1 ]] || { echo "$executable: the parent side is not refused ($refused), so the check proves nothing" >&2; exit 1; }
  for root in "$entry" "${launch}LaunchChild__Hold" "${launch}LaunchChild__Through"; do
    walk "$root" | sed "s|^|$executable: |"
  done
done
