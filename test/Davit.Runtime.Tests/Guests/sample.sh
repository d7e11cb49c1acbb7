#!/bin/bash
# Runs as root in the guest of eng/peers/v2host: a little of everything that needs cgroup version 2 or AppArmor, in seconds, since this is in the ring for every change.
. /x/bundle.sh
cp /x/davit-oci /usr/local/bin/
oci() { davit-oci --root /run/oci "$@"; }
files() { (cd "$1" || exit; for f in $2; do echo "$f=$(cat "$f")"; done | paste -sd' '); }
idle='while :; do sleep 1000; done'
cd /root || exit

printf 'profile sample flags=(attach_disconnected,mediate_deleted) {\n  file,\n  capability,\n  signal,\n  deny /tmp/secret rw,\n}\n' >profile
apparmor_parser -K -r profile
bundle box '.linux.cgroupsPath = "/sample/box" | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 6}} | .process.apparmorProfile = "sample"' "$idle"
oci run -d --bundle box box >out 2>&1 </dev/null || cat out
same limits "memory.max=67108864 pids.max=6" "$(files /sys/fs/cgroup/sample/box "memory.max pids.max")"
has limits-pids "can't fork" "$(oci exec box sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done; wait' 2>&1)"
same apparmor "sample (enforce) denied" "$(oci exec box sh -c 'cat /proc/self/attr/current; echo x >/tmp/secret || echo denied' 2>/dev/null | paste -sd' ')"
oci delete -f box
bundle box '.process.apparmorProfile = "missing"' true
has apparmor-missing 'AppArmor profile "missing" is not loaded' "$(oci run --bundle box box 2>&1 </dev/null)"

# an ordinary user who was given a cgroup, and starts inside it
mkdir -p /sys/fs/cgroup/given/session /tmp/home
for f in "" /cgroup.procs /cgroup.subtree_control /session /session/cgroup.procs; do chown 1000:1000 /sys/fs/cgroup/given$f; done
echo "+memory +pids +cpu" >/sys/fs/cgroup/given/cgroup.subtree_control
bundle /tmp/home/box "$(mapped 1000)"' | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 30}, cpu: {quota: 25000, period: 50000}}' "$idle"
chown -R 1000:1000 /tmp/home
cat >/tmp/home/user.sh <<'USER'
. /x/bundle.sh
oci() { davit-oci --root /tmp/home/state "$@"; }
at=/sys/fs/cgroup/given/box
cd /tmp/home
oci run -d --bundle box box >out 2>&1 </dev/null || cat out
look() { (cd $at || exit; echo $(cat memory.max pids.max cpu.max)); }
same user-limits "67108864 30 25000 50000" "$(look)"
same user-place "0 0::/given/box" "$(oci exec box sh -c 'echo $(id -u) $(cat /proc/self/cgroup)' 2>&1)"
oci update --memory 33554432 --pids-limit 20 box
same user-update "33554432 20 25000 50000" "$(look)"
oci pause box; same user-pause "paused 1" "$(oci state box | jq -r .status) $(cat $at/cgroup.freeze)"
oci resume box; same user-resume "running 0" "$(oci state box | jq -r .status) $(cat $at/cgroup.freeze)"
oci delete -f box; same user-delete "" "$(ls -d $at 2>/dev/null)"
USER
bash -c 'echo 0 >/sys/fs/cgroup/given/session/cgroup.procs; exec setpriv --reuid 1000 --regid 1000 --clear-groups bash /tmp/home/user.sh'
same left "" "$(find /sys/fs/cgroup /run/oci /tmp/home/state -mindepth 1 -name 'box*')"
true
