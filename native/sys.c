/*
 * The system calls that linkrd makes on devices, each answering its result or -errno.
 *
 * JavaScript cannot read errno safely: the runtime may make calls of its own between ours and the
 * reading. So errno is taken here, in the same breath. Nothing in this file knows what the calls
 * are for, and nothing keeps state. It links to libc in the ordinary way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "export.h"
#include "sys.h"

#ifdef NDEBUG
#error "assertions stay in"
#endif

/* EINTR is tried again this often and then handed up: a loop without a bound is a hang. */
enum { TRIES_MAX = 8 };

#define RETRY(result, call)                                                       \
	for (int tries = 0; tries < TRIES_MAX; tries++) {                         \
		(result) = (call);                                                \
		if ((result) != -1 || errno != EINTR) break;                      \
	}

EXPORT int32_t linkrd_open(const char *path, int32_t flags)
{
	int fd = -1;
	RETRY(fd, open(path, flags | O_CLOEXEC));
	return fd < 0 ? -errno : fd;
}

EXPORT int32_t linkrd_close(int32_t fd)
{
	return close(fd) ? -errno : 0;
}

EXPORT int32_t linkrd_ioctl(int32_t fd, uint64_t request, void *argument)
{
	int result = -1;
	RETRY(result, ioctl(fd, (unsigned long)request, argument));
	return result < 0 ? -errno : result;
}

/* An interrupted wait has ended with nothing: the caller looks at its clock and goes on. */
EXPORT int32_t linkrd_poll(struct pollfd *fds, uint32_t count, int32_t timeout_ms)
{
	int ready = poll(fds, count, timeout_ms);
	if (ready < 0) return errno == EINTR ? 0 : -errno;
	return ready;
}

EXPORT int64_t linkrd_read(int32_t fd, void *bytes, uint64_t length)
{
	ssize_t count = -1;
	RETRY(count, read(fd, bytes, (size_t)length));
	return count < 0 ? -errno : count;
}

EXPORT int64_t linkrd_write(int32_t fd, const void *bytes, uint64_t length)
{
	ssize_t count = -1;
	RETRY(count, write(fd, bytes, (size_t)length));
	return count < 0 ? -errno : count;
}

/*
 * Readable and shared memory of a device, at `place` in what was reserved, or, if that is 0,
 * anywhere. An address of user space never has its top bit set.
 */
EXPORT int64_t linkrd_mmap(int32_t fd, uint64_t length, int64_t offset, int64_t place)
{
	int flags = MAP_SHARED | (place ? MAP_FIXED : 0);
	void *wanted = (void *)(intptr_t)place;
	void *address = mmap(wanted, (size_t)length, PROT_READ | PROT_WRITE, flags, fd, offset);
	return address == MAP_FAILED ? -errno : (int64_t)(intptr_t)address;
}

/* Addresses for what has to lie side by side; there is nothing yet that could be read. */
EXPORT int64_t linkrd_reserve(uint64_t length)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *address = mmap(NULL, (size_t)length, PROT_NONE, flags, -1, 0);
	return address == MAP_FAILED ? -errno : (int64_t)(intptr_t)address;
}

EXPORT int32_t linkrd_munmap(int64_t address, uint64_t length)
{
	return munmap((void *)(intptr_t)address, (size_t)length) ? -errno : 0;
}

/* Two ends that keep message boundaries, both non-blocking: the letterbox between two threads. */
EXPORT int32_t linkrd_socketpair(int32_t ends[2])
{
	int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
	return socketpair(AF_UNIX, type, 0, ends) ? -errno : 0;
}

/*
 * One datagram to a unix socket, without waiting; `@` in front names one without a file. A name
 * that does not fit is cut, and then finds nobody.
 */
EXPORT int32_t linkrd_send_to(const char *name, const void *bytes, uint64_t length)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t name_length = strnlen(name, sizeof to.sun_path);
	memcpy(to.sun_path, name, name_length);
	if (to.sun_path[0] == '@') to.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return -errno;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_length);
	ssize_t sent = sendto(fd, bytes, (size_t)length, MSG_NOSIGNAL, (struct sockaddr *)&to, size);
	int32_t result = sent < 0 ? -errno : 0;
	close(fd);
	return result;
}

/* CLOCK_MONOTONIC in microseconds: the clock of V4L2 timestamps, and one for all threads. */
EXPORT int64_t linkrd_monotonic_us(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now)) return -errno;
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Two names of one file system change places, at once: neither is ever without a file. */
EXPORT int32_t linkrd_exchange(const char *one, const char *other)
{
	return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) ? -errno : 0;
}

/* The calling thread's nice value (setpriority(2)): on Linux each thread has its own. */
EXPORT int32_t linkrd_set_nice(int32_t nice)
{
	return setpriority(PRIO_PROCESS, 0, nice) ? -errno : 0;
}

/*
 * How long the calling thread, and none that it starts, runs at a time: from 100 us, the least, to
 * 100 ms (sched_setattr(2)). Since Linux 6.12 a thread that wakes goes before one with longer
 * slices, of the same nice value or a greater; older kernels change nothing.
 */
EXPORT int32_t linkrd_set_slice(int32_t us)
{
	struct sched_attr attributes = {.size = sizeof attributes};
	if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0)) return -errno;
	attributes.sched_flags |= SCHED_FLAG_RESET_ON_FORK;
	attributes.sched_runtime = (uint64_t)us * 1000;
	return syscall(SYS_sched_setattr, 0, &attributes, 0) ? -errno : 0;
}

EXPORT void linkrd_copy(void *target, int64_t source, uint64_t length)
{
	memcpy(target, (const void *)(intptr_t)source, (size_t)length);
}

