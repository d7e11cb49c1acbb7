#!/bin/bash
# Runs as root in the cgroup v2 guest; /x has bin/ with our executables and busybox.tar.gz. Prints "ok NAME" or "not ok NAME" with what it saw;
# the tests look for those lines. System calls are some 60 times slower here: nothing is timed, and little is done many times.
export DOCKER_HOST=unix:///run/davit/davit.sock DOCKER_BUILDKIT=0 PATH=/opt/davit:$PATH HOME=/root
mkdir -p /opt/davit; cp /x/bin/* /opt/davit/
same() { # same NAME EXPECTED ACTUAL
  if [[ $3 == "$2" ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected: $2" "     got: $3"; fi
}
has() { # has NAME PART ACTUAL
  if [[ $3 == *"$2"* ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected a part: $2" "            got: $3"; fi
}
start() {
  setsid davitd -H "$DOCKER_HOST" </dev/null >>/root/davitd.log 2>&1 &
  daemon=$!
  until docker version >/dev/null 2>&1; do kill -0 $daemon 2>/dev/null || { echo "not ok start"; cat /root/davitd.log; exit 1; }; done
}
none() { docker run --rm --network none "$@" 2>&1; }

start; echo "ok start"
same import 0 "$(docker import -c 'CMD ["sh"]' /x/busybox.tar.gz busybox >/dev/null; echo $?)"
has info-cgroups "2 cgroupfs" "$(docker info -f '{{.CgroupVersion}} {{.CgroupDriver}}' 2>&1)"
has info-apparmor apparmor "$(docker info -f '{{.SecurityOptions}}' 2>&1)"

# run
same run "hello" "$(none busybox echo hello)"
same run-code 3 "$(none busybox sh -c 'exit 3'; echo $?)"
same run-input "5000" "$(head -c 5000 /dev/zero | none -i busybox wc -c)"
same run-host v2host "$(docker run --rm --network host busybox hostname 2>&1)"
same run-by-davit "hello" "$(davit run --rm --network none busybox echo hello 2>&1)"

# exec
docker run -d --name box --network none busybox sleep 100000 >/dev/null
same exec "1 7" "$(docker exec -e X=1 box sh -c 'echo -n "$X "; exit 7'; echo $?)"
same exec-cgroup "0::/" "$(docker exec box cat /proc/self/cgroup)"
same pause "true" "$(docker pause box >/dev/null && docker inspect -f '{{.State.Paused}}' box; docker unpause box >/dev/null)"
same update 67108864 "$(docker update -m 64m --memory-swap 128m box >/dev/null; docker exec box cat /sys/fs/cgroup/memory.max)"
has top "sleep 100000" "$(docker top box)"

# limits
same limits "33554432 0 50000 100000 7" "$(none -m 32m --memory-swap 32m --cpus 0.5 --pids-limit 7 busybox sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max memory.swap.max cpu.max pids.max)')"
docker run --name hog --network none -m 24m --memory-swap 24m busybox sh -c 'dd if=/dev/zero of=/dev/null bs=64M count=1' >/dev/null 2>&1
same limits-memory "137 true" "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' hog)"
has limits-pids "can't fork" "$(none --pids-limit 4 busybox sh -c 'sleep 1 & sleep 1 & sleep 1 & sleep 1 & sleep 1 & wait')"

# AppArmor
same apparmor "davit-default (enforce)" "$(none busybox cat /proc/self/attr/current)"
same apparmor-exec "davit-default (enforce)" "$(docker exec box cat /proc/self/attr/current)"
printf 'FROM busybox\nRUN cat /proc/self/attr/current\n' >/root/Dockerfile
has apparmor-build "davit-default (enforce)" "$(docker build --network none - </root/Dockerfile 2>&1)"
has apparmor-denies "ermission denied" "$(none --cap-add SYS_ADMIN --security-opt seccomp=unconfined busybox mount -t tmpfs tmpfs /tmp)"
same apparmor-unconfined "unconfined 0" "$(none --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined busybox sh -c 'echo -n "$(cat /proc/self/attr/current) "; mount -t tmpfs tmpfs /tmp; echo $?')"
same apparmor-inspect davit-default "$(docker inspect -f '{{.AppArmorProfile}}' box)"

# kill -9 of the daemon while 10,000 numbered lines are written
mkdir -p /root/shared
docker run -d --name writer --network none -v /root/shared:/shared busybox sh -c \
  'i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo $i; [ $i = 1000 ] && touch /shared/begun; done; exit 42' >/dev/null
until [[ -e /root/shared/begun ]]; do read -rt 0.1 <>/dev/zero || true; done
kill -9 $daemon; wait $daemon 2>/dev/null
start
same kill-code 42 "$(docker wait writer)"
same kill-lines "$(seq 10000 | sha256sum)" "$(docker logs writer | sha256sum)"
same kill-adopted "alive" "$(docker exec box echo alive)"
same kill-stop "137" "$(docker stop -t 0 box >/dev/null; docker inspect -f '{{.State.ExitCode}}' box)"

# no nf_tables in this kernel: the daemon runs, says so, and refuses what can't be
has firewall-told "no firewall" "$(docker info 2>&1)"
has firewall-ports "nf_tables" "$(docker run --rm -p 8080:80 busybox true 2>&1)"
same bridge "0" "$(docker run --rm busybox true 2>&1; echo $?)"

# nothing stays
docker rm -fv $(docker ps -aq) >/dev/null
same cgroups-left 0 "$(find /sys/fs/cgroup -mindepth 2 -type d -path '*davit*' -name '[0-9a-f]*' | grep -cE '[0-9a-f]{64}')"
kill $daemon; wait $daemon; davitd --remove-everything
same left "" "$(grep davit /proc/mounts; find /sys/fs/cgroup -name '*davit*'; ip -o link | grep -v ': lo:')"
grep -iE 'error|unhandled|exception' /root/davitd.log
true
