#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Usage: tests/vm/prepare.sh FOLDER
#
# Puts into FOLDER what a test machine boots: vmlinux, the tree of its modules (root/), and its version (version). Debian's
# kernel package is unpacked there and not installed. What has been made is not made again. On stderr, and nowhere else, why
# it cannot be done; exit code 1 then.
# shellcheck source=../../scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

case ${1-} in
-h | --help | '')
        print_help
        exit 0
        ;;
esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)
scratch=$(mktemp -d "$folder/make.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

for tool in qemu-system-x86_64 busybox cpio depmod xz dpkg-deb make; do
        command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
                die "$tool is not there (scripts/deps installs it)"
done
[ "$(dpkg --print-architecture)" = amd64 ] || die "only known how on amd64"
PATH=$PATH:/usr/sbin:/sbin

# The headers decide: modules are built for them, and the kernel is the package of the same version.
version=$(basename "$(find /usr/src -maxdepth 1 -name 'linux-headers-*-amd64' | sort -V | tail -n 1)")
version=${version#linux-headers-}
[ -n "$version" ] || die "no kernel headers (scripts/deps installs them)"
recipe=$(cksum <tests/vm/prepare.sh) # made otherwise than it would be now, it is made anew
if [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ] && [ "$(cat "$folder/recipe" 2>/dev/null)" = "$recipe" ]; then exit 0; fi

fetch() { (cd "$scratch" && apt-get download -qq "$1" >apt.log 2>&1) || die "$1 cannot be fetched: $(tail -n 1 "$scratch/apt.log")"; }

say "kernel $version"
rm -rf "$folder/root"
fetch "linux-image-$version"
dpkg-deb -x "$scratch"/linux-image-*.deb "$folder/root"
depmod -b "$folder/root" "$version"

# Uncompressed it starts in 2 s; unpacking itself under emulation would take 3 s more.
offset=$(LC_ALL=C grep -obUaP '\xfd7zXZ\x00' "$folder/root/boot/vmlinuz-$version" | head -n 1 | cut -d: -f1)
{ tail -c "+$((offset + 1))" "$folder/root/boot/vmlinuz-$version" | xz -dcq >"$folder/vmlinux"; } 2>/dev/null || true # what follows the archive is no archive
[ "$(head -c 4 "$folder/vmlinux" | tail -c 3)" = ELF ] || die "no kernel inside linux-image-$version"

# gpio-sim and the simulated interrupts below it are in the kernel's source and in none of Debian's kernels.
say "gpio-sim"
source=linux-source-$(cut -d. -f1,2 <<<"$version")
release=$(dpkg-query -W -f='${Version}' "linux-headers-$version")
fetch "$source=$release"
dpkg-deb --fsys-tarfile "$scratch/$source"_*.deb | tar -xO "./usr/src/$source.tar.xz" |
        tar -xJ -C "$scratch" --strip-components=1 "$source/drivers/gpio/gpio-sim.c" "$source/drivers/gpio/gpiolib.h" "$source/kernel/irq/irq_sim.c"
module=$scratch/module
mkdir "$module"
mv "$scratch"/drivers/gpio/* "$scratch/kernel/irq/irq_sim.c" "$module"
# Built in, irq_sim may call what is not exported to modules; generic_handle_irq() is, and does the same here.
sed -i 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/; s|^#include <linux/slab.h>|&\n#include <linux/module.h>|' "$module/irq_sim.c"
# A real chip keeps what it was told when nobody holds the line any more; the simulated one would go dark by itself.
grep -q 'gc->free = gpio_sim_free;' "$module/gpio-sim.c" || die "gpio-sim is not what it was"
sed -i '/gc->free = gpio_sim_free;/d; s/^static void gpio_sim_free(/__maybe_unused &/' "$module/gpio-sim.c"
echo 'MODULE_LICENSE("GPL");' >>"$module/irq_sim.c"
echo 'obj-m := irq_sim.o gpio-sim.o' >"$module/Kbuild"
make -s -C "/usr/src/linux-headers-$version" M="$module" modules >"$scratch/make.log" 2>&1 || die "gpio-sim does not build: $(grep -m 1 error "$scratch/make.log")"
mkdir -p "$folder/root/lib/modules/$version/extra"
strip -g "$module"/*.ko
cp "$module"/*.ko "$folder/root/lib/modules/$version/extra/"
depmod -b "$folder/root" "$version"
echo "$recipe" >"$folder/recipe"
echo "$version" >"$folder/version" # last: whoever finds it finds all
