#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: Apache-2.0
# The first program of a test machine: builds the root out of the shared files and a layer in memory, and runs the script there.
# shellcheck disable=SC1091,SC2154  # parameters: version and top
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
. /parameters

end() {
        echo "okuru-vm-exit=$1"
        $b poweroff -f
}
share() { $b mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$2" || end 98; }

for file in /modules/*; do $b insmod "$file"; done
share host /host ro,cache=loose
$b mount -t tmpfs upper /upper
$b mkdir /upper/files /upper/work
$b mount -t overlay -o lowerdir=/host,upperdir=/upper/files,workdir=/upper/work root /new || end 98
for folder in proc sys dev; do $b mount --move "/$folder" "/new/$folder"; done
for folder in tmp run lib/modules; do
        $b mkdir -p "/new/$folder"
        $b mount -t tmpfs tmpfs "/new/$folder"
done
$b chmod 1777 /new/tmp
$b mkdir -p /new/dev/pts /new/dev/shm "/new/lib/modules/$version" /new/mnt/modules /new/mnt/out
$b mount -t devpts devpts /new/dev/pts
$b mount -t tmpfs shm /new/dev/shm
share modules /new/mnt/modules ro,cache=loose
$b mount -o bind "/new/mnt/modules/lib/modules/$version" "/new/lib/modules/$version"
share out /new/mnt/out rw
# The project may lie below /tmp, which is empty now.
$b mkdir -p "/new$top"
$b mount -o bind "/host$top" "/new$top"
$b cp /script /new/run/script
# A root of its own for every process: udev's tools do nothing in a chroot.
$b cat >/new/run/last <<'last'
/bin/busybox ifconfig lo 127.0.0.1 up
/bin/bash /run/script </dev/ttyS0 >/dev/ttyS0 2>&1
echo "okuru-vm-exit=$?" >/dev/ttyS0
/bin/busybox poweroff -f
last
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
exec $b switch_root -c /dev/console /new /bin/bash /run/last
