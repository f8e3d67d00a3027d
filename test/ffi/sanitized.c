/*
 * Calls every function of native/ from C, for a build with address and undefined-behaviour
 * sanitizers: buffers are exactly as long as they are said to be, at every length up to a few
 * vectors. Answers 0, or the line of the check that failed, modulo 256.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
int32_t linkrd_exchange(const char *one, const char *other);
int32_t linkrd_differs(const void *kept, int64_t frame, uint64_t length);
struct rows {
	uint32_t start, stride, length, count, count_in_strip;
};
uint32_t linkrd_take_changes(uint8_t *kept, int64_t frame, const struct rows *planes,
			     uint32_t plane_count, uint8_t *changed, uint32_t strip_count);
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

int main(int count, char **arguments)
{
	CHECK(count == 2);
	calls(arguments[1]);
	ranges();
	changes(0);
	changes(14);
	matrices();
	return 0;
}
