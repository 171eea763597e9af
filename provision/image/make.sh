#!/usr/bin/env bash
# A disk image that starts as a terminal: Debian 12, the frozen app, nothing else. For `dd` onto the disk of any x86-64
# machine with UEFI; the root partition grows to the disk at the first start. No loop devices, no partitions mounted:
# it can be made in a container.
#
#   sudo provision/image/make.sh MIRROR [OUT] [DIST]     MIRROR: an address of a Debian mirror; OUT: build/village-terminal.img
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
mirror=${1:?name a Debian mirror: provision/image/make.sh MIRROR [OUT] [DIST]}
out=${2:-$root/build/village-terminal.img}
dist=${3:-$root/dist/kiosk}
[ "$(id -u)" = 0 ] || { echo "run me as root: sudo $0" >&2; exit 2; }
[ -x "$dist/kiosk" ] || { echo "no frozen app in $dist: make freeze, or name its folder" >&2; exit 2; }
free=$(df -Pk "${TMPDIR:-/tmp}" | awk 'NR == 2 { print $4 }')
[ "$free" -gt 6000000 ] || { echo "6 GB free are wanted in ${TMPDIR:-/tmp}: name another folder, TMPDIR=…" >&2; exit 2; }
say() { printf '· %s\n' "$*" >&2; }
. "$here/../packages.sh"

install_packages tools

# What is mounted while the system is made stays in a view of our own, and what is started there ends with it: neither
# outlives this script, and nothing of the machine can be reached when the work folder is removed.
if [ -z "${VILLAGE_WORK:-}" ]; then
  VILLAGE_WORK=$(mktemp -d)
  export VILLAGE_WORK
  trap 'rm -rf --one-file-system "$VILLAGE_WORK"' EXIT
  unshare --mount --pid --fork --kill-child --mount-proc --propagation private "$0" "$mirror" "$out" "$dist"
  exit
fi
work=$VILLAGE_WORK
tree=$work/tree
say "The system"
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s) \
mmdebstrap --quiet --variant=apt --mode=root --include="$(packages_for image hall run | paste -sd,)" \
  --aptopt='APT::Install-Recommends "false"' \
  --customize-hook="mkdir -p \$1/mnt/source/provision && cp -a $root/provision/install $root/provision/packages.sh $root/provision/debian-packages.txt \$1/mnt/source/provision/" \
  --customize-hook="cp -a $dist \$1/mnt/source/app" \
  --customize-hook='chroot "$1" /mnt/source/provision/install/install.sh /mnt/source/app' \
  --customize-hook='rm -rf "$1/mnt/source"' \
  bookworm "$work/tree.tar" "$mirror"
mkdir "$tree" && tar -C "$tree" --xattrs --numeric-owner -xf "$work/tree.tar" && rm "$work/tree.tar"

say "What makes it one machine of many"
cp -a "$here/files/." "$tree/"
rm -f "$tree/etc/machine-id" "$tree/var/lib/dbus/machine-id" "$tree/etc/hostname"
: >"$tree/etc/machine-id" # made at the first start
echo terminal >"$tree/etc/hostname"
: >"$tree/etc/apt/sources.list" # which mirror a county uses is its own affair
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
chroot "$tree" passwd --quiet --lock root
chroot "$tree" systemctl enable --quiet systemd-networkd.service systemd-resolved.service systemd-timesyncd.service
chroot "$tree" systemctl disable --quiet apt-daily.timer apt-daily-upgrade.timer 2>/dev/null || true

# Which partitions are the machine's own is told by numbers of this image's, not by names: anybody may give a stick a name,
# and it would be started from, or its settings taken in.
new_id() { cat /proc/sys/kernel/random/uuid; }
boot_id=$(new_id) && root_id=$(new_id)
sed -i "s/@BOOT@/$boot_id/; s/@ROOT@/$root_id/" "$tree/etc/fstab"

say "The start partition"
kernel=$(basename "$tree"/boot/vmlinuz-*) && version=${kernel#vmlinuz-}
boot=$work/boot.img
truncate -s 256M "$boot"
mkfs.vfat -n VILLAGE "$boot" >/dev/null
mmd -i "$boot" ::EFI ::EFI/BOOT ::loader ::loader/entries ::village-terminal
mcopy -i "$boot" "$tree/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$boot" "$tree/boot/$kernel" ::vmlinuz
mcopy -i "$boot" "$tree/boot/initrd.img-$version" ::initrd.img
printf 'default terminal\ntimeout 0\neditor no\n' | mcopy -i "$boot" - ::loader/loader.conf
printf 'title Village terminal\nlinux /vmlinuz\ninitrd /initrd.img\noptions %s\n' \
  "root=PARTUUID=$root_id rw quiet loglevel=3 vt.global_cursor_default=0 systemd.show_status=false" |
  mcopy -i "$boot" - ::loader/entries/terminal.conf
mcopy -i "$boot" "$here/READ-ME.txt" ::village-terminal/READ-ME.txt

say "The disk"
need=$(($(du -sm "$tree" | cut -f1) * 115 / 100 + 200))
truncate -s "${need}M" "$work/root.img"
mke2fs -q -t ext4 -L village-root -d "$tree" "$work/root.img"
mkdir -p "$(dirname "$out")"
rm -f "$out"
truncate -s $((1 + 256 + need + 1))M "$out"
sfdisk -q "$out" <<PARTITIONS
label: gpt
start=1MiB, size=256MiB, type=uefi, uuid=$boot_id, name=village-boot
start=257MiB, size=${need}MiB, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=$root_id, name=village-root
PARTITIONS
dd if="$boot" of="$out" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/root.img" of="$out" bs=1M seek=257 conv=notrunc,sparse status=none
say "$out: $(du -m "$out" | cut -f1) MiB, ${need} MiB root partition"
say "Onto a disk of 8 GB or more: dd if=$out of=/dev/DISK bs=4M conv=fsync. Settings and token: its partition VILLAGE"
