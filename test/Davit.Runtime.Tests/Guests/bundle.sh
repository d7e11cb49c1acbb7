# For scripts in a guest; sourced. Prints "ok NAME" or "not ok NAME" with what was seen; the tests look for those lines.
same() { # same NAME EXPECTED ACTUAL
  if [[ $3 == "$2" ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected: $2" "     got: $3"; fi
}
has() { # has NAME PART ACTUAL
  if [[ $3 == *"$2"* ]]; then echo "ok $1"; else echo "not ok $1"; printf '%s\n' "expected a part: $2" "            got: $3"; fi
}
# bundle DIR FILTER SCRIPT: a bundle with a busybox root that runs a script; FILTER changes its config.json (jq)
bundle() {
  mkdir -p "$1"/rootfs/{bin,proc,dev,sys,tmp}; cp /x/busybox "$1/rootfs/bin/"; local name
  for name in sh cat echo sleep id mknod mkdir mount head grep; do ln -sf busybox "$1/rootfs/bin/$name"; done
  jq -n --arg script "$3" '["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD", "CAP_SETGID", "CAP_SETUID"] as $caps | {
    ociVersion: "1.2.0", hostname: "bundle", root: {path: "rootfs"},
    process: {cwd: "/", user: {uid: 0, gid: 0}, args: ["/bin/sh", "-c", $script], env: ["PATH=/bin"], capabilities: {bounding: $caps, effective: $caps, permitted: $caps}},
    mounts: [{destination: "/proc", type: "proc", source: "proc"}, {destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"]}],
    linux: {namespaces: [{type: "pid"}, {type: "ipc"}, {type: "uts"}, {type: "mount"}]}}' | jq "$2" >"$1/config.json"
}
# what makes a bundle one of an ordinary user: the number's
mapped() { echo ".linux.namespaces += [{type: \"user\"}] | .linux.uidMappings = [{containerID: 0, hostID: $1, size: 1}] | .linux.gidMappings = [{containerID: 0, hostID: $1, size: 1}]"; }
