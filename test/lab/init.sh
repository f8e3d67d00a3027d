#!/bin/busybox sh
# shellcheck shell=dash
# Process 1 of the lab's guest. Twice: in the initramfs, where it inserts the modules and moves onto
# the host's root (read-only, over 9p) under a layer of memory; then there, where it runs the test's
# script. What that prints, and its exit status, leave through a virtio port: the console is the
# kernel's. Arguments, from the kernel's command line: the checkout's path and the script's.
if [ "$1" = inside ]; then
  exec </dev/null >"$(echo /dev/vport*p1)" 2>&1
  # The emulated keyboard also drives this kernel's own console: no key may stop the guest.
  echo 0 >/proc/sys/kernel/ctrl-alt-del
  echo 0 >/proc/sys/kernel/sysrq
  trap '' INT
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
  cd "$2" || exit
  echo "lab: Linux $(uname -r) is up after $(cut -d ' ' -f 1 /proc/uptime) s"
  sh "$3"
  echo "lab: exit $?"
  echo o >/proc/sysrq-trigger
  while :; do sleep 60; done
fi

export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec >/dev/ttyS0 2>&1
while read -r file parameters; do
  # shellcheck disable=SC2086 # parameters are words
  insmod "/modules/$file" $parameters || echo "lab: cannot insert $file"
done </modules/list

mkdir -p /host /layer /root
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host
mount -t tmpfs layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work root /root
mount -t tmpfs run /root/run
mount -t configfs configfs /sys/kernel/config
mount --move /dev /root/dev
mount --move /proc /root/proc
mount --move /sys /root/sys
ip link set lo up
exec switch_root /root /bin/busybox sh "$1/test/lab/init.sh" inside "$1" "$2"
