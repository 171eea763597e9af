#!/usr/bin/env bash
# Makes a Debian 12 machine into a terminal: the frozen app in /opt/village-terminal, a user of its own, a display of its
# own on the first console, started with the machine and again whenever it ends. Run as root; may be run again: an
# update is the same command with the new build, and `install.sh --back` goes back to the build before it.
#
#   provision/install/install.sh [DIST]      DIST: the frozen app, dist/kiosk where nothing is said
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
home=/opt/village-terminal
. "$here/../packages.sh"
say() { printf '· %s\n' "$*" >&2; }
[ "$(id -u)" = 0 ] || { echo "run me as root: sudo $0" >&2; exit 2; }

in_image() { [ ! -d /run/systemd/system ]; } # nothing to start or restart: the disk is being made
restart() { in_image || systemctl restart village-terminal.service; }

if [ "${1:-}" = --back ]; then
  [ -e "$home/before" ] || { echo "there is no build before this one" >&2; exit 1; }
  now=$(readlink "$home/now")
  ln -sfn "$(readlink "$home/before")" "$home/next" && mv -T "$home/next" "$home/now"
  ln -sfn "$now" "$home/before"
  restart
  say "Back to $(readlink "$home/now")"
  exit 0
fi

dist=${1:-$root/dist/kiosk}
[ -x "$dist/kiosk" ] || { echo "no frozen app in $dist: make freeze, or name its folder" >&2; exit 2; }

install_packages run hall

# The app, under the digest of what it is made of: two builds lie side by side, `now` is switched in one step.
digest=$(cd "$dist" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
if [ ! -d "$home/$digest" ]; then
  say "The app: $home/$digest"
  rm -rf "$home/coming" && mkdir -p "$home/coming"
  cp -a "$dist/." "$home/coming/"
  chown -R root:root "$home/coming"
  chmod -R u+rwX,go+rX,go-w "$home/coming"
  sync -f "$home/coming"
  mv -T "$home/coming" "$home/$digest"
fi
was=$(readlink "$home/now" || true)
if [ "$was" != "$digest" ]; then
  ln -sfn "$digest" "$home/next" && mv -T "$home/next" "$home/now"
  if [ -n "$was" ]; then ln -sfn "$was" "$home/before"; fi
fi
for old in "$home"/????????????????; do # what is neither now nor before goes
  case "$(basename "$old")" in "$(readlink "$home/now")" | "$(readlink "$home/before" || true)") ;; *) rm -rf "$old" ;; esac
done

if ! id kiosk >/dev/null 2>&1; then
  say "The user kiosk"
  useradd --system --user-group --home-dir /var/lib/kiosk --shell /usr/sbin/nologin kiosk
fi
for group in dialout video render lp audio input; do
  if getent group "$group" >/dev/null; then usermod -aG "$group" kiosk; fi
done
install -d -o kiosk -g kiosk -m 700 /var/lib/kiosk

install -m 755 "$here/session" "$here/first-start" "$here/stick" "$home/"
install -m 644 "$here/village-terminal.service" "$here/village-terminal-first-start.service" \
  "$here/village-stick@.service" "$here/village-stick-let-go.service" "$here/village-stick-let-go.path" /etc/systemd/system/
install -D -m 644 "$here/tmpfiles.conf" /etc/tmpfiles.d/village-terminal.conf
install -D -m 644 "$here/user-slice.conf" /etc/systemd/system/user-.slice.d/village-terminal.conf
install -D -m 644 "$here/journald.conf" /etc/systemd/journald.conf.d/village-terminal.conf
install -D -m 644 "$here/logind.conf" /etc/systemd/logind.conf.d/village-terminal.conf
install -D -m 644 "$here/sysctl.conf" /etc/sysctl.d/90-village-terminal.conf
install -D -m 644 "$here/xorg.conf" /etc/X11/xorg.conf.d/10-village-terminal.conf
install -D -m 644 "$here/udev.rules" /etc/udev/rules.d/60-village-terminal.rules
rm -f /usr/local/bin/kiosk # a link to the app itself, where an older one was installed
install -m 755 "$here/kiosk" /usr/local/bin/kiosk
if [ ! -e /etc/village-terminal.toml ]; then
  install -m 640 -g kiosk "$here/settings.toml" /etc/village-terminal.toml
  say "Settings to fill in: /etc/village-terminal.toml"
fi

# Memory of a visit must never reach a disk; a dump of it neither.
if [ -n "$(swapon --show --noheadings 2>/dev/null || true)" ]; then
  say "Swap is on. The app's own memory is kept out of it; better none at all: take it out of /etc/fstab"
fi
install -D -m 644 /dev/stdin /etc/systemd/coredump.conf.d/village-terminal.conf <<<$'[Coredump]\nStorage=none'
if [ ! -e /etc/localtime ] || [ "$(readlink -f /etc/localtime)" = "$(readlink -f /usr/share/zoneinfo/Etc/UTC)" ]; then
  say "The time zone was not set: ${VILLAGE_TIME_ZONE:=Asia/Shanghai}"
  ln -sfn "/usr/share/zoneinfo/$VILLAGE_TIME_ZONE" /etc/localtime
  echo "$VILLAGE_TIME_ZONE" >/etc/timezone
fi

[ -e /etc/default/locale ] || echo LANG=C.UTF-8 >/etc/default/locale

systemctl disable --quiet getty@tty1.service 2>/dev/null || true
systemctl mask --quiet ctrl-alt-del.target
systemctl set-default --quiet multi-user.target
systemctl enable --quiet village-terminal.service village-terminal-first-start.service village-stick-let-go.path
if ! in_image; then
  systemctl daemon-reload
  udevadm control --reload
  systemd-tmpfiles --create village-terminal.conf
  /lib/systemd/systemd-sysctl 90-village-terminal.conf
  systemctl start village-stick-let-go.path
  systemctl restart systemd-journald.service
  restart
fi
say "Done. kiosk doctor says what is still missing."
