/* The calls of sys.c that others here make. */
#pragma once
#include <poll.h>
#include <stdint.h>

int32_t linkrd_ioctl(int32_t fd, uint64_t request, void *argument);
int32_t linkrd_poll(struct pollfd *fds, uint32_t count, int32_t timeout_ms);
int64_t linkrd_write(int32_t fd, const void *bytes, uint64_t length);
int64_t linkrd_monotonic_us(void);
