#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Usage: tests/vm/boot.sh --vm FOLDER [--out FOLDER] [--seconds N] SCRIPT
#
# Boots the machine of tests/vm/prepare.sh, runs SCRIPT in it with bash, as root, and exits with its code; 97 when the machine
# ended without saying one. This machine's files are there, read-only underneath; FOLDER of --out is /mnt/out and may be written.
# shellcheck source=../../scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
PATH=$PATH:/usr/sbin:/sbin

vm='' out='' seconds=120
while [ $# -gt 1 ]; do
        case $1 in
        --vm) vm=$2 ;;
        --out) out=$2 ;;
        --seconds) seconds=$2 ;;
        *) die "unknown option $1 (see the head of this file)" ;;
        esac
        shift 2
done
script=${1-}
[ -f "$script" ] || die "wants a script"
[ -f "$vm/version" ] || die "wants --vm FOLDER, as prepare.sh makes it"
version=$(cat "$vm/version")

run=$(mktemp -d "$vm/run.XXXXXX")
trap 'rm -rf "$run"' EXIT
[ -n "$out" ] || { out=$run/out && mkdir "$out"; }

# The first files hold just enough to reach this machine's: modules for 9p and overlayfs in the order in which they load.
mkdir -p "$run/first/"{bin,proc,sys,dev,host,upper,new,modules}
cp /bin/busybox "$run/first/bin/"
n=0
for module in virtio_pci 9pnet_virtio 9p overlay; do
        modprobe -d "$vm/root" -S "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$run/order"
while read -r file; do
        cp "$file" "$run/first/modules/$(printf %03d "$n")-${file##*/}"
        n=$((n + 1))
done <"$run/order"
cp tests/vm/init.sh "$run/first/init"
chmod +x "$run/first/init"
cp "$script" "$run/first/script"
printf 'version=%q\ntop=%q\n' "$version" "$top" >"$run/first/parameters"
(cd "$run/first" && find . | cpio -o -H newc --quiet) >"$run/first.cpio"

share() { printf '%s' "local,id=$1,path=$2,security_model=none,multidevs=remap$3"; }
# Never KVM: where it looks usable but is not, the machine hangs without a line. -icount: its clock stands still while this
# machine is busy with others, so that 100 ms between two keys are 100 ms of its own time.
timeout "$seconds" qemu-system-x86_64 -M q35,vmport=off -accel tcg -icount shift=0 -smp 1 -cpu max -m 1024 \
        -nodefaults -no-user-config -no-reboot -display none -device i6300esb \
        -kernel "$vm/vmlinux" -initrd "$run/first.cpio" -append 'console=ttyS0 quiet loglevel=1 panic=-1 nokaslr mitigations=off' \
        -fsdev "$(share host / ,readonly=on)" -device virtio-9p-pci,fsdev=host,mount_tag=host \
        -fsdev "$(share modules "$vm/root" ,readonly=on)" -device virtio-9p-pci,fsdev=modules,mount_tag=modules \
        -fsdev "$(share out "$out" '')" -device virtio-9p-pci,fsdev=out,mount_tag=out \
        -chardev "stdio,id=console,signal=off,mux=off,logfile=$run/log" -serial chardev:console </dev/null |
        stdbuf -oL tr -d '\r' | { grep --line-buffered -v '^okuru-vm-exit=' || true; } || true
code=$(tr -d '\r' <"$run/log" | sed -n 's/^okuru-vm-exit=//p' | tail -n 1)
exit "${code:-97}"
