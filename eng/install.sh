#!/usr/bin/env bash
# Puts Davit on this machine and takes it away again: executables, systemd units, group, completion.
#   install.sh install [--prefix DIR]      DIR is /usr/local by default; DESTDIR is honoured for packaging
#   install.sh uninstall [--prefix DIR] [--purge]
set -euo pipefail
cd "$(dirname "$0")/.."
verb=${1:-}; shift || true
prefix=/usr/local; purge=
while [[ $# -gt 0 ]]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a directory}; shift 2 ;;
    --purge) purge=1; shift ;;
    *) echo "install.sh: unknown option '$1'" >&2; exit 2 ;;
  esac
done
[[ $(id -u) -eq 0 || -n ${DESTDIR:-} ]] || { echo "install.sh: only root can do that" >&2; exit 1; }
bin=${DESTDIR:-}$prefix/bin units=${DESTDIR:-}/etc/systemd/system
apps=(davit davitd davit-monitor davit-oci davit-init)
live() { [[ -z ${DESTDIR:-} && -d /run/systemd/system ]]; }
completion=${DESTDIR:-}$prefix/share/bash-completion/completions

case $verb in
  install)
    for app in "${apps[@]}"; do [[ -x artifacts/bin/$app ]] || { echo "install.sh: artifacts/bin/$app is missing: ./build.sh publish" >&2; exit 1; }; done
    install -d "$bin" "$units" "$completion" "${DESTDIR:-}/etc/davit"
    for app in "${apps[@]}"; do install -m 755 "artifacts/bin/$app" "$bin/$app"; done
    [[ -n ${DESTDIR:-} ]] || getent group davit >/dev/null || groupadd --system davit
    cat >"$units/davit.service" <<UNIT
[Unit]
Description=Davit container engine
After=network-online.target nss-lookup.target
Wants=network-online.target

[Service]
Type=notify
ExecStart=$prefix/bin/davitd -H unix:///run/davit/davit.sock
# containers outlive the daemon: only the main process is ended
KillMode=process
Delegate=yes
Restart=always
RestartSec=2
LimitNOFILE=1048576
TasksMax=infinity
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
UNIT
    "artifacts/bin/davit" completion bash >"$completion/davit"
    # a daemon that runs already is replaced; its containers go on
    if live; then systemctl daemon-reload; systemctl enable davit.service; systemctl restart davit.service; fi
    echo "installed into $prefix/bin; users of the group davit may use the socket" >&2
    live || echo "systemd is not running here: start davitd yourself" >&2 ;;
  uninstall)
    if live; then systemctl disable --now davit.service 2>/dev/null || true; fi
    if [[ -n $purge && -z ${DESTDIR:-} ]]; then
      [[ -x $bin/davitd ]] || { echo "install.sh: $bin/davitd is missing, which takes back mounts, interfaces and firewall; install it again, then --purge" >&2; exit 1; }
      "$bin/davitd" --remove-everything
      rm -rf --one-file-system /var/lib/davit /run/davit /etc/davit /var/log/davitd.log
    fi
    for app in "${apps[@]}"; do rm -f "$bin/$app"; done
    rm -f "$units/davit.service" "$completion/davit"
    # directories that install may have made go when nothing else is in them
    rmdir -p --ignore-fail-on-non-empty "$bin" "$units" "$completion" "${DESTDIR:-}/etc/davit" 2>/dev/null || true
    if live; then systemctl daemon-reload; fi
    [[ -n ${DESTDIR:-} ]] || groupdel davit 2>/dev/null || true
    [[ -n $purge ]] && echo "removed, with images, containers and volumes" >&2 || echo "removed; images, containers and volumes stay in /var/lib/davit (--purge removes them)" >&2 ;;
  *) sed -n '2,4p' "$0"; exit 2 ;;
esac
