#!/bin/bash
# Runs as an ordinary user that has a systemd of its own: inside it (a service), or elsewhere, as a login has it.
. /x/bundle.sh
how=$1
oci() { davit-oci --systemd-cgroup --root "$XDG_RUNTIME_DIR/oci" "$@"; }
files() { (cd "$1" || exit; for f in $2; do echo "$f=$(cat "$f")"; done | paste -sd' '); }
units() { systemctl --user list-units --all --plain --no-legend "davit-*" 2>&1 | awk '{print $1, $3}'; }
cd ~ || exit
bundle "$how" "$(mapped 1000)"' | .linux.cgroupsPath = "user.slice:davit:'"$how"'" | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 30}, cpu: {quota: 25000, period: 50000}, devices: [{allow: false, access: "rwm"}]}' 'while :; do sleep 1; done'
oci run -d --bundle "$how" "$how" >out 2>&1 </dev/null || { echo "not ok user-$how-scope"; cat out; exit; }
at=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/user.slice/davit-$how.scope
same "user-$how-scope" "davit-$how.scope active" "$(units)"
same "user-$how-place" "0::${at#/sys/fs/cgroup}" "$(cat "/proc/$(oci state "$how" | jq .pid)/cgroup")"
same "user-$how-properties" "CPUQuotaPerSecUSec=500ms Delegate=yes MemoryMax=67108864 TasksMax=30" "$(systemctl --user show -p CPUQuotaPerSecUSec,Delegate,MemoryMax,TasksMax "davit-$how.scope" | sort | paste -sd' ')"
same "user-$how-files" "memory.max=67108864 pids.max=30 cpu.max=25000 50000" "$(files "$at" "memory.max pids.max cpu.max")"
same "user-$how-exec" "0 0::${at#/sys/fs/cgroup}" "$(oci exec "$how" sh -c 'echo $(id -u) $(cat /proc/self/cgroup)' 2>&1)"
oci update --memory 134217728 --pids-limit 40 "$how"
same "user-$how-update" "memory.max=134217728 pids.max=40 MemoryMax=134217728" "$(files "$at" "memory.max pids.max") $(systemctl --user show -p MemoryMax "davit-$how.scope")"
oci pause "$how"
same "user-$how-pause" "paused 1" "$(oci state "$how" | jq -r .status) $(cat "$at/cgroup.freeze")"
oci resume "$how"
same "user-$how-resume" "running 0" "$(oci state "$how" | jq -r .status) $(cat "$at/cgroup.freeze")"
oci kill "$how" KILL
until [[ $(oci state "$how" | jq -r .status) == stopped ]]; do :; done
oci delete "$how"
same "user-$how-delete" " " "$(units) $(ls -d "$at" 2>/dev/null)"
bundle "$how-unlimited" "$(mapped 1000)" 'echo fine; exit 3'
same "user-$how-run" "fine 3" "$(oci run --bundle "$how-unlimited" "$how-unlimited" </dev/null 2>&1 | tr '\n' ' '; echo "${PIPESTATUS[0]}")"
same "user-$how-left" "" "$(units)"
