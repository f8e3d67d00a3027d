/*
 * Calls every function of native/ from C, for a build with address and undefined-behaviour
 * sanitizers: buffers are exactly as long as they are said to be, at every length up to a few
 * vectors. Answers 0, or the line of the check that failed, modulo 256.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../../native/deliver.h"
#include "../../native/standstill.h"

int32_t linkrd_open(const char *path, int32_t flags);
int32_t linkrd_close(int32_t fd);
int32_t linkrd_ioctl(int32_t fd, uint64_t request, void *argument);
int32_t linkrd_poll(struct pollfd *fds, uint32_t count, int32_t timeout_ms);
int64_t linkrd_read(int32_t fd, void *bytes, uint64_t length);
int64_t linkrd_write(int32_t fd, const void *bytes, uint64_t length);
int64_t linkrd_mmap(int32_t fd, uint64_t length, int64_t offset, int64_t place);
int64_t linkrd_reserve(uint64_t length);
int32_t linkrd_munmap(int64_t address, uint64_t length);
int32_t linkrd_socketpair(int32_t ends[2]);
int64_t linkrd_monotonic_us(void);
int32_t linkrd_set_nice(int32_t nice);
int32_t linkrd_set_slice(int32_t us);
int32_t linkrd_exchange(const char *one, const char *other);
int32_t linkrd_differs(const void *kept, int64_t frame, uint64_t length);
int32_t linkrd_stand_still(struct standstill *still);
int32_t linkrd_deliver(struct delivery *delivery);
void linkrd_copy(void *target, int64_t source, uint64_t length);
void linkrd_expand_luma(const uint8_t *source, uint8_t *target, uint64_t length);
void linkrd_expand_chroma(const uint8_t *source, uint8_t *target, uint64_t length);
void linkrd_rec709_to_rec601(uint8_t *luma, uint8_t *blue, uint8_t *red, uint64_t stride_y,
			     uint64_t stride_c, uint64_t height);

#define CHECK(condition) \
	if (!(condition)) exit(__LINE__ % 256 ? __LINE__ % 256 : 255)

static void calls(const char *self)
{
	int32_t ends[2];
	char byte = 0;
	CHECK(linkrd_open("/no/such/file", O_RDONLY) == -ENOENT);
	CHECK(linkrd_close(-1) == -EBADF);
	CHECK(linkrd_ioctl(-1, 0, NULL) == -EBADF);
	CHECK(linkrd_mmap(-1, 4096, 0, 0) == -EBADF);
	CHECK(linkrd_socketpair(ends) == 0);
	CHECK(linkrd_read(ends[0], &byte, 1) == -EAGAIN);
	CHECK(linkrd_write(ends[1], "x", 1) == 1);
	struct pollfd set = {.fd = ends[0], .events = POLLIN};
	CHECK(linkrd_poll(&set, 1, 0) == 1 && set.revents == POLLIN);
	CHECK(linkrd_read(ends[0], &byte, 1) == 1 && byte == 'x');
	CHECK(linkrd_close(ends[0]) == 0 && linkrd_close(ends[1]) == 0);
	CHECK(linkrd_monotonic_us() > 0);
	CHECK(linkrd_set_nice(19) == 0);
	CHECK(linkrd_set_slice(100) == 0);
	CHECK(linkrd_exchange("/nowhere", "/nor here") == -ENOENT);

	int32_t fd = linkrd_open(self, O_RDWR);
	CHECK(fd >= 0);
	int64_t room = linkrd_reserve(2 * 65536), address = room + 65536;
	char magic[4];
	CHECK(room > 0);
	CHECK(linkrd_mmap(fd, 4096, 0, address) == address);
	linkrd_copy(magic, address, sizeof magic);
	CHECK(linkrd_differs("\177ELF", (intptr_t)magic, sizeof magic) == 0);
	CHECK(linkrd_munmap(room, 2 * 65536) == 0 && linkrd_close(fd) == 0);
}

static void ranges(void)
{
	for (uint64_t length = 1; length < 300; length++) {
		uint8_t *source = malloc(length), *target = malloc(length);
		for (uint64_t i = 0; i < length; i++) source[i] = (uint8_t)(i * 7);
		linkrd_expand_luma(source, target, length);
		linkrd_expand_chroma(source, target, length);
		CHECK(linkrd_differs(source, (intptr_t)source, length) == 0);
		memcpy(target, source, length);
		target[length - 1] ^= 1;
		CHECK(linkrd_differs(source, (intptr_t)target, length) == 1);
		free(source);
		free(target);
	}
}

/* Two planes of odd heights, with or without padding, that end where their last row does. */
static void changes(uint32_t padding)
{
	enum { HEIGHT = 35, STRIPS = 3, WIDTH = 50 };
	uint32_t stride = WIDTH + padding, half = (HEIGHT + 1) / 2;
	struct rows planes[] = {{0, stride, WIDTH, HEIGHT, 16},
				{stride * HEIGHT, stride, WIDTH, half, 8}};
	size_t size = stride * (HEIGHT + half - 1) + WIDTH;
	uint8_t *kept = calloc(size, 1), *frame = calloc(size, 1), changed[STRIPS] = {0};
	int64_t address = (int64_t)(intptr_t)frame;
	CHECK(linkrd_take_changes(kept, address, planes, 2, changed, STRIPS) == 0);
	for (size_t at = 0; at < size; at++) {
		size_t row = at / stride, strip = row < HEIGHT ? row / 16 : (row - HEIGHT) / 8;
		uint32_t shows = at % stride < WIDTH;
		frame[at] ^= 0x80;
		CHECK(linkrd_take_changes(kept, address, planes, 2, changed, STRIPS) == shows);
		CHECK(changed[strip] == shows);
		changed[strip] = 0;
	}
	memset(changed, 1, STRIPS);
	memset(frame, 7, size);
	CHECK(linkrd_take_changes(kept, address, planes, 2, changed, STRIPS) == STRIPS);
	CHECK(kept[0] == 7 && kept[size - 1] == 7);
	CHECK(padding == 0 || kept[WIDTH] == 0);
	free(kept);
	free(frame);
}

static void matrices(void)
{
	for (uint64_t height = 1; height < 20; height++) {
		uint8_t *luma = calloc(height, 64), *blue = calloc((height + 1) / 2, 32);
		uint8_t *red = calloc((height + 1) / 2, 32);
		linkrd_rec709_to_rec601(luma, blue, red, 64, 32, height);
		free(luma);
		free(blue);
		free(red);
	}
}

/* What the next VIDIOC_DQBUF answers, and what the next VIDIOC_QBUF fails with. */
static struct v4l2_buffer filled;
static struct v4l2_plane filled_planes[PARTS_MAX];
static int dequeue_errno, queue_errno;
static uint32_t queued;

/* The device of `stand_still`, which lies on the far side of a pipe that has a byte for a frame. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	struct v4l2_buffer *buffer = va_arg(rest, struct v4l2_buffer *);
	va_end(rest);
	if (fd < 0) return (int)syscall(SYS_ioctl, fd, request, buffer);
	errno = request == VIDIOC_DQBUF ? dequeue_errno : queue_errno;
	if (errno) return -1;
	CHECK(buffer->memory == V4L2_MEMORY_MMAP);
	if (request == VIDIOC_QBUF) {
		queued = queued * 10 + buffer->index;
		char byte;
		return read(fd, &byte, 1) == 1 ? 0 : -1;
	}
	struct v4l2_plane *planes = buffer->m.planes;
	uint32_t count = buffer->length;
	*buffer = filled;
	if (filled.type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) return 0;
	memcpy(planes, filled_planes, count * sizeof *planes);
	buffer->m.planes = planes;
	buffer->length = count;
	return 0;
}

enum { SIZE = 64, STRIPS = 2, SECOND_US = 1000000 };

/* Frames of 4 rows, in buffers as long as they, whose bytes are all 7 as is what is kept. */
struct stage {
	int32_t frames[2], orders[2];
	uint8_t *kept, *frame, changed[STRIPS];
	int64_t addresses[2];
	struct rows rows;
	struct vouch vouch;
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[PARTS_MAX];
	struct pollfd waits[2];
	/* What is asked for, and what came of it. */
	struct standstill wish, still;
};

static struct stage *set(uint32_t type)
{
	struct stage *stage = calloc(1, sizeof *stage);
	CHECK(pipe(stage->frames) == 0 && pipe(stage->orders) == 0);
	stage->kept = memset(malloc(SIZE), 7, SIZE);
	stage->frame = memset(malloc(SIZE), 7, SIZE);
	stage->addresses[0] = stage->addresses[1] = (intptr_t)stage->frame;
	stage->rows = (struct rows){0, 16, 16, 4, 2};
	stage->waits[0] = (struct pollfd){.fd = stage->orders[0], .events = POLLIN};
	stage->waits[1] = (struct pollfd){.fd = stage->frames[0], .events = POLLIN};
	stage->wish = (struct standstill){
		.fd = stage->frames[0], .type = type, .buffer_count = 2, .part_count = 1,
		.addresses = stage->addresses, .parts = {{SKIPPED_ANY, SIZE, SIZE}},
		.buffer = &stage->buffer, .planes = stage->planes,
		.waits = stage->waits, .wait_count = 2, .end_us = INT64_MAX, .owed_us = INT64_MAX,
		.kept = stage->kept, .changed = stage->changed, .rows = &stage->rows, .row_count = 1,
		.strip_count = STRIPS, .vouch = &stage->vouch, .picture = 0x30005};
	filled = (struct v4l2_buffer){.type = type, .index = 1, .bytesused = SIZE, .sequence = 9};
	filled_planes[0] = (struct v4l2_plane){.bytesused = SIZE};
	dequeue_errno = queue_errno = 0;
	queued = 0;
	return stage;
}

/* What is answered, how many frames pass, and whether there is one that does not, and is marked. */
#define STAND(result, frames, taken, marked) \
	stage->still = stage->wish; \
	CHECK(linkrd_stand_still(&stage->still) == (result) && stage->still.passed == (frames)); \
	CHECK(stage->still.is_taken == (taken) && stage->still.is_marked == (marked))
#define SEND(ends, count) CHECK(write(stage->ends[1], "1234", count) == (count))

static void passing(struct stage *stage)
{
	int64_t now = linkrd_monotonic_us(), at = now - 5;
	filled.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	filled.timestamp.tv_sec = at / SECOND_US;
	filled.timestamp.tv_usec = at % SECOND_US;
	STAND(0, 0, 0, 0);
	stage->wish.end_us = 0;
	SEND(frames, 2);
	STAND(0, 1, 0, 0);
	CHECK(stage->still.sequence == 9 && stage->still.captured_us == at && queued == 1);
	CHECK(stage->vouch.sequence == 9 && stage->vouch.word == ((uint64_t)at << 16 | 5));
	filled.flags = 0;
	stage->wish.end_us = INT64_MAX;
	stage->wish.owed_us = now;
	STAND(0, 1, 0, 0);
	CHECK(stage->still.captured_us == stage->still.came_us && stage->still.came_us >= now);
	stage->wish.owed_us = INT64_MAX;
	SEND(frames, 3);
	STAND(0, 3, 0, 0);
	CHECK(queued == 11111);
}

static void failing(struct stage *stage)
{
	SEND(frames, 1);
	filled.flags = V4L2_BUF_FLAG_ERROR;
	STAND(0, 0, 1, 0);
	filled.flags = 0;
	filled.index = 2;
	STAND(0, 0, 1, 0);
	filled.index = 0;
	for (uint32_t used = SIZE - 1; used <= SIZE + 1; used += 2) {
		filled_planes[0].bytesused = filled.bytesused = used;
		STAND(0, 0, 1, 0);
	}
	filled_planes[0].bytesused = filled.bytesused = SIZE;
	dequeue_errno = EAGAIN;
	STAND(0, 0, 0, 0);
	dequeue_errno = EIO;
	STAND(-EIO, 0, 0, 0);
	dequeue_errno = 0;
	queue_errno = EINVAL;
	STAND(-EINVAL, 1, 1, 0);
	queue_errno = 0;
	SEND(orders, 1);
	STAND(0, 0, 0, 0);
	stage->waits[0].fd = -1;
}

static void differing(struct stage *stage)
{
	stage->frame[SIZE - 1] = 8;
	STAND(0, 0, 1, 1);
	CHECK(stage->changed[0] == 0 && stage->changed[1] == 1 && stage->kept[SIZE - 1] == 8);
	STAND(0, 0, 1, 1);
	stage->changed[1] = 0;
	STAND(0, 1, 0, 0);
}

static void standstill(uint32_t type)
{
	struct stage *stage = set(type);
	passing(stage);
	failing(stage);
	differing(stage);
	for (int at = 0; at < 2; at++) close(stage->frames[at]), close(stage->orders[at]);
	free(stage->kept);
	free(stage->frame);
	free(stage);
}

/* What the next writes fail with, one after the other; 0 ends them. */
static const int NO_ERRNOS[] = {0}, FULL[] = {EAGAIN, EAGAIN, EAGAIN, 0}, GONE[] = {ESHUTDOWN, 0};
static const int *write_errnos = NO_ERRNOS;

ssize_t write(int fd, const void *bytes, size_t length)
{
	if (!*write_errnos) return syscall(SYS_write, fd, bytes, length);
	errno = *write_errnos++;
	return -1;
}

static const uint8_t REPORTS[] = {0, 3, 1, 2, 3, 2, 1, 9, 0, 2, 4, 5};
static const uint32_t NOBODY = 0, FIRST = 1;

/* A call of three reports, on exactly as much memory, for two endpoints, of four. */
static struct delivery call(const int32_t keyboard[2], const int32_t mouse[2])
{
	uint8_t *reports = memcpy(malloc(sizeof REPORTS), REPORTS, sizeof REPORTS);
	return (struct delivery){.fds = {keyboard[0], -1, mouse[0], -1}, .host = keyboard[0],
				 .reports = reports, .length = sizeof REPORTS, .call = 1,
				 .cancelled = &NOBODY, .patience_us = 10 * SECOND_US};
}

#define DELIVER(result, where) \
	CHECK(linkrd_deliver(&delivery) == (result) && delivery.endpoint == (where))

static void taken(const int32_t keyboard[2], const int32_t mouse[2])
{
	char bytes[8];
	struct delivery delivery = call(keyboard, mouse);
	delivery.fds[2] = -1;
	DELIVER(-EBADF, 2);
	delivery.fds[2] = mouse[0];
	/* Writable, and then it is not: again and again. */
	write_errnos = FULL;
	DELIVER(0, 2);
	CHECK(delivery.at == sizeof REPORTS && delivery.pending == 0);
	CHECK(linkrd_read(keyboard[1], bytes, 8) == 3 && bytes[2] == 3);
	CHECK(linkrd_read(keyboard[1], bytes, 8) == 2 && bytes[1] == 5);
	CHECK(linkrd_read(mouse[1], bytes, 8) == 1 && bytes[0] == 9);
	/* No time is left: what is taken at once is taken all the same. */
	delivery.patience_us = -1;
	delivery.at = 0;
	DELIVER(0, 2);
	while (linkrd_read(keyboard[1], bytes, 8) > 0);
	CHECK(linkrd_read(mouse[1], bytes, 8) == 1);
	free((void *)delivery.reports);
}

static void refused(const int32_t keyboard[2], const int32_t mouse[2])
{
	struct delivery delivery = call(keyboard, mouse);
	for (uint32_t cut = 1; cut < 5; cut++) {
		delivery.length = cut;
		DELIVER(-EINVAL, 0);
	}
	delivery.length = sizeof REPORTS;
	delivery.cancelled = &FIRST;
	DELIVER(-ECANCELED, 0);
	delivery.cancelled = &NOBODY;
	write_errnos = GONE;
	DELIVER(-ESHUTDOWN, 0);
	CHECK(delivery.at == 0);
	/* Full, and the host speaks; what it says is for others to read, and the time runs on. */
	delivery.patience_us = 20000;
	delivery.until_us = 0;
	while (write(keyboard[0], "x", 1) == 1);
	CHECK(write(keyboard[1], "l", 1) == 1);
	DELIVER(HOST_SPOKE, 0);
	char light;
	CHECK(linkrd_read(keyboard[0], &light, 1) == 1);
	int64_t until_us = delivery.until_us;
	DELIVER(-EAGAIN, 0);
	CHECK(delivery.until_us == until_us && linkrd_monotonic_us() >= until_us);
	/* A host that left is told by the write, one that broke by the wait for what was written. */
	close(keyboard[1]);
	delivery.until_us = 0;
	DELIVER(-ECONNRESET, 0);
	delivery.at = sizeof REPORTS;
	delivery.pending = 1;
	delivery.until_us = 0;
	close(keyboard[0]);
	DELIVER(-EIO, 0);
	free((void *)delivery.reports);
}

static void delivering(void)
{
	int32_t keyboard[2], mouse[2];
	CHECK(linkrd_socketpair(keyboard) == 0 && linkrd_socketpair(mouse) == 0);
	taken(keyboard, mouse);
	refused(keyboard, mouse);
	close(mouse[0]), close(mouse[1]);
}

int main(int count, char **arguments)
{
	CHECK(count == 2);
	calls(arguments[1]);
	ranges();
	changes(0);
	changes(14);
	matrices();
	delivering();
	standstill(V4L2_BUF_TYPE_VIDEO_CAPTURE);
	standstill(V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
	return 0;
}
