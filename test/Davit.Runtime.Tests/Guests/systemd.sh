#!/bin/bash
# Runs as root in the guest of eng/peers/vmhost: davit-oci with the systemd driver against the real systemd, as root and as an ordinary user with a systemd of its own.
. /x/bundle.sh
cp /x/davit-oci /usr/local/bin/
oci() { davit-oci --systemd-cgroup --root /run/oci "$@"; }
show() { systemctl $user show -p "$1" "$2" | sort | paste -sd' '; }
files() { (cd "$1" || exit; for f in $2; do echo "$f=$(cat "$f")"; done | paste -sd' '); }
units() { systemctl $user list-units --all --plain --no-legend "davit-*" 2>&1 | awk '{print $1, $3}'; }
idle='while :; do sleep 1; done'
start() { oci run -d --bundle "/root/$1" "$1" >"/root/$1/out" 2>&1 </dev/null || cat "/root/$1/out"; }
user=

# a scope with limits
cd /root || exit
bundle box '.linux.cgroupsPath = "machine-davit.slice:davit:box" | .linux.resources = {memory: {limit: 67108864, swap: 100663296, reservation: 33554432}, pids: {limit: 30},
  cpu: {shares: 512, quota: 25000, period: 50000, cpus: "0"}, blockIO: {weight: 100}, unified: {"memory.high": "60000000"},
  devices: [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, minor: 229, access: "rwm"}]}' "$idle"
start box
at=/sys/fs/cgroup/machine.slice/machine-davit.slice/davit-box.scope
same scope "davit-box.scope active" "$(units)"
same scope-place "0::/machine.slice/machine-davit.slice/davit-box.scope" "$(cat "/proc/$(oci state box | jq .pid)/cgroup")"
same scope-properties "ActiveState=active AllowedCPUs=0 CPUQuotaPerSecUSec=500ms CPUQuotaPeriodUSec=50ms CPUWeight=59 Delegate=yes DevicePolicy=strict MemoryHigh=60000000 MemoryLow=33554432 MemoryMax=67108864 MemorySwapMax=33554432 Slice=machine-davit.slice TasksMax=30" \
  "$(show ActiveState,AllowedCPUs,CPUQuotaPerSecUSec,CPUQuotaPeriodUSec,CPUWeight,Delegate,DevicePolicy,MemoryHigh,MemoryLow,MemoryMax,MemorySwapMax,Slice,TasksMax davit-box.scope)"
limits="memory.max memory.low memory.swap.max pids.max cpu.max cpu.weight cpuset.cpus"
same scope-files "memory.max=67108864 memory.low=33554432 memory.swap.max=33554432 pids.max=30 cpu.max=25000 50000 cpu.weight=59 cpuset.cpus=0" "$(files $at "$limits")"
systemctl daemon-reload
same scope-reload "memory.max=67108864 memory.low=33554432 memory.swap.max=33554432 pids.max=30 cpu.max=25000 50000 cpu.weight=59 cpuset.cpus=0" "$(files $at "$limits")"
same devices "0 1 0" "$(oci exec box sh -c 'mknod /tmp/fuse c 10 229; head -c 0 /tmp/fuse; echo -n "$? "; mknod /tmp/disk b 254 0; head -c 0 /tmp/disk 2>/dev/null; echo -n "$? "; head -c 1 /dev/zero >/dev/null; echo $?' 2>&1)"
same exec "0::/machine.slice/machine-davit.slice/davit-box.scope 7" "$(oci exec box sh -c 'cat /proc/self/cgroup; exit 7' | tr "\n" " "; echo "${PIPESTATUS[0]}")"
oci update --memory 134217728 --pids-limit 40 --cpu-quota 40000 --cpu-period 100000 --cpuset-cpus 1 box
same update-properties "AllowedCPUs=1 CPUQuotaPerSecUSec=400ms MemoryMax=134217728 TasksMax=40" "$(show AllowedCPUs,CPUQuotaPerSecUSec,MemoryMax,TasksMax davit-box.scope)"
same update-files "memory.max=134217728 pids.max=40 cpu.max=40000 100000 cpuset.cpus=1" "$(files $at "memory.max pids.max cpu.max cpuset.cpus")"
systemctl daemon-reload
same update-reload "memory.max=134217728 pids.max=40 cpu.max=40000 100000 cpuset.cpus=1" "$(files $at "memory.max pids.max cpu.max cpuset.cpus")"
oci pause box
same pause "paused 1" "$(oci state box | jq -r .status) $(cat $at/cgroup.freeze)"
oci resume box
same resume "running 0" "$(oci state box | jq -r .status) $(cat $at/cgroup.freeze)"
oci kill box KILL
until [[ $(oci state box | jq -r .status) == stopped ]]; do :; done
oci delete box
same delete " " "$(units) $(ls -d $at 2>/dev/null)"
start box; oci delete -f box
same delete-running " " "$(units) $(ls -d $at 2>/dev/null)"

# what ends by itself
bundle once '.linux.cgroupsPath = ":davit:once"' 'cat /proc/self/cgroup; exit 5'
same run "0::/system.slice/davit-once.scope 5" "$(oci run --bundle once once </dev/null | tr '\n' ' '; echo "${PIPESTATUS[0]}")"
same run-left "" "$(units)"

# a unit that failed makes way
bundle late '.linux.cgroupsPath = ":davit:late" | .annotations = {"org.systemd.property.RuntimeMaxSec": "uint64 1", "org.systemd.property.TimeoutStopSec": "uint64 1"}' "$idle"
start late
until [[ $(oci state late | jq -r .status) == stopped && $(units) == *failed ]]; do oci state late >/dev/null 2>&1 || break; done
rm -rf /run/oci/late
same failed "davit-late.scope failed" "$(units)"
bundle late '.linux.cgroupsPath = ":davit:late"' 'echo fine'
same failed-again "fine" "$(oci run --bundle late late 2>&1 </dev/null)"
same failed-left "" "$(units)"

# a name that is taken, a slice as the unit, what systemd refuses
start box
bundle other '.linux.cgroupsPath = "machine-davit.slice:davit:box"' 'echo never'
has taken "davit-box.scope" "$(oci run --bundle other other 2>&1 </dev/null; oci state other 2>&1 >/dev/null)"
same taken-lives running "$(oci state box | jq -r .status)"
oci delete -f box
bundle pod '.linux.cgroupsPath = ":davit:davit-pod.slice" | .linux.resources.memory.limit = 67108864' 'cat /proc/self/cgroup'
same slice "0::/davit.slice/davit-pod.slice" "$(oci run --bundle pod pod 2>&1 </dev/null)"
same slice-left "" "$(units)"
bundle odd '.linux.cgroupsPath = ":davit:odd" | .annotations = {"org.systemd.property.NoSuchThing": "true"}' 'echo never'
has refused "NoSuchThing" "$(oci run --bundle odd odd 2>&1 </dev/null)"
same refused-left "" "$(units)"
bundle props '.linux.cgroupsPath = ":davit:props" | .annotations = {"org.systemd.property.TimeoutStopSec": "uint64 3", "org.systemd.property.CollectMode": "'"'inactive-or-failed'"'"}' "$idle"
start props
same annotations "CollectMode=inactive-or-failed TimeoutStopUSec=3s" "$(show CollectMode,TimeoutStopUSec davit-props.scope)"
oci delete -f props
same cgroups-left "" "$(find /sys/fs/cgroup -name 'davit-*')"

# as an ordinary user, whose processes are a service of its own systemd
loginctl enable-linger plain; systemctl start user@1000.service
as_user() { setpriv --reuid 1000 --regid 1000 --init-groups env -C /home/plain HOME=/home/plain XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
as_user systemd-run --user --pipe --wait -q bash /x/user.sh service
as_user bash /x/user.sh login
systemctl stop user@1000.service
true
