/* What programs call. Every other descriptor and path goes straight to the kernel. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fakev4l2.h"

#define EXPORT __attribute__((visibility("default")))

enum { DESCRIPTORS_MAX = 4096 };

static struct device *_Atomic devices[DESCRIPTORS_MAX];

static struct device *device_of(int fd)
{
	return fd >= 0 && fd < DESCRIPTORS_MAX ? devices[fd] : NULL;
}

static struct counters *share_counters(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	size_t size = sizeof(struct counters);
	if (fd >= 0 && ftruncate(fd, (off_t)size)) perror("fakev4l2: counters");
	int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *shared = (void *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (fd >= 0) syscall(SYS_close, fd);
	return shared == MAP_FAILED ? NULL : shared;
}

static int open_device(const char *path, int flags)
{
	int ends[2] = { -1, -1 };
	struct device *device = calloc(1, sizeof(*device));
	if (!device) return fail(ENOMEM);
	if (read_description(path, &device->is) || pipe2(ends, O_CLOEXEC | (flags & O_NONBLOCK))) {
		free(device);
		return -1;
	}
	if (ends[0] >= DESCRIPTORS_MAX) abort();
	device->fd = ends[0];
	device->ready = ends[1];
	device->counters = share_counters(device->is.counters);
	device->memory_fd = -1;
	device->scene_fd = (int)syscall(SYS_openat, AT_FDCWD, device->is.scene, O_CLOEXEC, 0);
	if (!device->counters) abort();
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&device->stop, &clock);
	pthread_mutex_init(&device->lock, NULL);
	devices[device->fd] = device;
	return device->fd;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	struct device *device = device_of(fd);
	/* Requests have 32 bits; callers that keep one in an int have extended its sign. */
	request = (uint32_t)request;
	if (!device) return (int)syscall(SYS_ioctl, fd, request, argument);
	pthread_mutex_lock(&device->lock);
	int result = answer(device, request, argument);
	pthread_mutex_unlock(&device->lock);
	return result;
}

EXPORT int close(int fd)
{
	struct device *device = device_of(fd);
	if (!device) return (int)syscall(SYS_close, fd);
	devices[fd] = NULL;
	pthread_mutex_lock(&device->lock);
	stop_player(device);
	pthread_mutex_unlock(&device->lock);
	if (device->memory) munmap(device->memory, device->count * device->room);
	if (device->memory_fd >= 0) syscall(SYS_close, device->memory_fd);
	if (device->scene_fd >= 0) syscall(SYS_close, device->scene_fd);
	if (device->ready >= 0) syscall(SYS_close, device->ready);
	munmap(device->counters, sizeof(*device->counters));
	free(device);
	return (int)syscall(SYS_close, fd);
}

EXPORT void *mmap(void *hint, size_t length, int protection, int flags, int fd, off_t offset)
{
	struct device *device = device_of(fd);
	if (device && (length > device->room || (size_t)offset >= device->count * device->room)) {
		return fail(EINVAL), MAP_FAILED;
	}
	if (device) fd = device->memory_fd;
	return (void *)syscall(SYS_mmap, hint, length, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *hint, size_t length, int protection, int flags, int fd, off_t offset)
{
	return mmap(hint, length, protection, flags, fd, offset);
}

static int is_device(const char *path)
{
	const char *folder = getenv("LINKRD_BENCH_DEVICES");
	size_t length = folder ? strlen(folder) : 0;
	return length > 0 && !strncmp(path, folder, length) && path[length] == '/';
}

EXPORT int openat(int folder, const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, unsigned) : 0;
	va_end(rest);
	/* Descriptions are opened to be written by those who play, and as devices for both. */
	if ((flags & O_ACCMODE) == O_RDWR && !(flags & O_CREAT) && is_device(path)) {
		return open_device(path, flags);
	}
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

EXPORT int open(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, unsigned) : 0;
	va_end(rest);
	return openat(AT_FDCWD, path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, unsigned) : 0;
	va_end(rest);
	return openat(AT_FDCWD, path, flags, mode);
}
