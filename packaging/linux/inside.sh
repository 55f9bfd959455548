#!/usr/bin/env bash
# Runs a command in the Debian that lies in a folder: `inside.sh ROOT USER COMMAND...`, as root on this side.
# Not by chroot, in which the kernel grants no namespaces, so that the web engine would be tried without its sandbox.
# Here the folder becomes the root of a namespace, whose mounts and processes end with the command.
set -euo pipefail

if [ -z "${IN_OWN_NAMESPACE:-}" ]; then
    IN_OWN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child "$0" "$@"
fi
root=$(realpath "$1")
user=$2
shift 2

mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --types proc proc "$root/proc"
cd "$root"
pivot_root . mnt
umount --lazy /mnt
home=$(getent passwd "$user" | cut --delimiter=: --fields=6)
cd "$home"
exec env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" USER="$user" LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
