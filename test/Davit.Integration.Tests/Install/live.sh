#!/bin/bash
# Installs on a machine that is thrown away: own /etc, /usr/local, /var/lib, /run, network and processes. Called by unshare with
# the project's root; prints "ok NAME" or "not ok NAME" with what it saw.
cd "$1" || exit 1
mount --make-rprivate /
scratch=$(mktemp -d /tmp/davit-install.XXXXXX); mount -t tmpfs -o mode=755 tmpfs "$scratch"
for place in /etc /var/lib; do
  over=$scratch/$(tr -d / <<<"$place"); mkdir -p "$over-upper" "$over-work"
  mount -t overlay overlay -o "lowerdir=$place,upperdir=$over-upper,workdir=$over-work" "$place"
done
for place in /usr/local /run; do mount -t tmpfs -o mode=755 tmpfs $place; done
ip link set lo up
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root; unset DAVIT_HOST DOCKER_HOST
same() { if [[ $3 == "$2" ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected: $2" "     got: $3"; fi; }
has() { if [[ $3 == *"$2"* ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected a part: $2" "            got: $3"; fi; }
person() { local groups=$1; shift; setpriv --reuid 65534 --regid 65534 "$groups" env HOME=/tmp "$@" 2>&1; } # somebody who is not root

same install 0 "$(eng/install.sh install >/dev/null 2>"$scratch/install.err"; echo $?)"
same install-programs "/usr/local/bin/davit /usr/local/bin/davitd" "$(echo $(command -v davit davitd))"
has install-group "davit:x:" "$(getent group davit)"
has completion run "$(bash -c '. /usr/local/share/bash-completion/completions/davit; COMP_LINE="davit ru" COMP_POINT=8 COMP_WORDS=(davit ru) COMP_CWORD=1
  spec=$(complete -p davit); f=${spec#*-F }; f=${f%% *}; $f davit ru davit; printf "%s\n" "${COMPREPLY[@]}"' 2>&1)"

# as systemd starts it: what the unit says, and ready when davitd says so
python3 - "$scratch/notify" >"$scratch/states" <<'PY' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); s.settimeout(60)
print("bound", flush=True)
while True:
    text = s.recv(4096).decode().strip(); print(text, flush=True)
    if text == "STOPPING=1": break
PY
listener=$!
line() { until grep -q "^$1" "$scratch/states"; do kill -0 $listener 2>/dev/null || break; read -rt 0.05 <>/dev/zero || true; done; grep -o "^$1.*" "$scratch/states"; }
line bound >/dev/null
NOTIFY_SOCKET=$scratch/notify $(sed -n 's/^ExecStart=//p' /etc/systemd/system/davit.service) </dev/null >"$scratch/davitd.log" 2>&1 &
daemon=$!
same ready READY=1 "$(line READY=1)"
same socket "660 root davit" "$(stat -c '%a %U %G' /run/davit/davit.sock)"
same stranger 1 "$(person --clear-groups davit ps >"$scratch/stranger"; echo $?)"
has stranger-told "permission denied" "$(cat "$scratch/stranger")"
has stranger-helped "usermod -aG davit" "$(cat "$scratch/stranger")"
has member "CONTAINER ID" "$(person --groups="$(getent group davit | cut -d: -f3)" davit ps)"
same uninstall-while-running 1 "$(eng/install.sh uninstall --purge >/dev/null 2>&1; echo $?)"
kill $daemon
same stopping STOPPING=1 "$(line STOPPING=1)"
wait $daemon; same ended 0 $?

has uninstall-keeps "--purge" "$(eng/install.sh uninstall 2>&1)"
same uninstall-state yes "$([[ -n $(ls /var/lib/davit) ]] && echo yes)"
eng/install.sh install >/dev/null 2>&1
same purge 0 "$(eng/install.sh uninstall --purge >"$scratch/purge.err" 2>&1; echo $?)"
same left "" "$(find /usr/local /var/lib/davit /run/davit /etc/davit /etc/systemd/system/davit.service -type f 2>/dev/null; getent group davit; ip -o link | grep davit; find /sys/fs/cgroup -maxdepth 2 \( -name davit -o -name davit-monitors \))"
cat "$scratch"/{install,purge}.err "$scratch/davitd.log"
umount "$scratch" 2>/dev/null || umount -l "$scratch"; rmdir "$scratch"
