/*
 * Waits for frames while nothing changes: a frame that shows what is shown already is taken,
 * compared and given back right here, so that it wakes no JavaScript and costs little more than
 * reading it.
 *
 * Everything else ends the wait, and is not judged here: a frame that differs, with the strips
 * marked in which it does; a damaged one; an order, an event, an error; the time that was given.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include "export.h"
#include "standstill.h"
#include "sys.h"

/* No driver keeps a filled buffer for longer: what it says then is no time of this clock. */
static const int64_t FRAME_AGE_US_MAX = 1000000;

/* A vouch has the picture's number in the lowest bits of its word, and a time in the others. */
enum { NUMBER_BITS = 16 };

static int is_multiplanar(const struct standstill *still)
{
	return still->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

static void prepare(struct standstill *still, uint32_t index)
{
	*still->buffer = (struct v4l2_buffer){
		.index = index, .type = still->type, .memory = V4L2_MEMORY_MMAP};
	if (!is_multiplanar(still)) return;
	memset(still->planes, 0, still->part_count * sizeof *still->planes);
	still->buffer->m.planes = still->planes;
	still->buffer->length = still->part_count;
}

/* A frame, and nothing but a frame, is there. */
static int is_frame_alone(const struct standstill *still)
{
	for (uint32_t i = 0; i < still->wait_count; i++) {
		const struct pollfd *wait = &still->waits[i];
		if (wait->revents != (wait->fd == still->fd ? POLLIN : 0)) return 0;
	}
	return 1;
}

static int holds(struct part part, int64_t used, int64_t skipped)
{
	int is_in_place = part.skipped == SKIPPED_ANY || part.skipped == skipped;
	return used <= part.bytes_max && is_in_place && used - skipped >= part.bytes_min;
}

/* The address of the frame in the buffer that was taken; 0 unless it is whole. */
static int64_t whole_frame(const struct standstill *still)
{
	const struct v4l2_buffer *buffer = still->buffer;
	if (buffer->index >= still->buffer_count || buffer->flags & V4L2_BUF_FLAG_ERROR) return 0;
	int64_t address = still->addresses[buffer->index];
	if (!is_multiplanar(still)) {
		return holds(still->parts[0], buffer->bytesused, 0) ? address : 0;
	}
	for (uint32_t i = 0; i < still->part_count; i++) {
		const struct v4l2_plane *plane = &still->planes[i];
		if (!holds(still->parts[i], plane->bytesused, plane->data_offset)) return 0;
	}
	return address + still->planes[0].data_offset;
}

/* When the frame was captured, by the driver if what it says can be. */
static int64_t captured_us(const struct v4l2_buffer *buffer, int64_t now)
{
	int64_t at = (int64_t)buffer->timestamp.tv_sec * 1000000 + buffer->timestamp.tv_usec;
	uint32_t clock = buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
	int is_likely = clock == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC && at <= now &&
			now - at < FRAME_AGE_US_MAX;
	return is_likely ? at : now;
}

/* The frame that was taken still shows the picture: says so to whoever wants to know. */
static void let_pass(struct standstill *still, int64_t now)
{
	still->passed++;
	still->came_us = now;
	still->captured_us = captured_us(still->buffer, now);
	still->sequence = still->buffer->sequence;
	uint64_t number = still->picture & ((1u << NUMBER_BITS) - 1);
	uint64_t word = (uint64_t)still->captured_us << NUMBER_BITS | number;
	__atomic_store_n(&still->vouch->sequence, still->sequence, __ATOMIC_SEQ_CST);
	__atomic_store_n(&still->vouch->word, word, __ATOMIC_SEQ_CST);
}

/* Whether the frame at `address` shows nothing new; it is looked at once, and copied if it does. */
static int is_same(struct standstill *still, int64_t address)
{
	int64_t began_us = linkrd_monotonic_us();
	uint32_t marked = linkrd_take_changes(still->kept, address, still->rows, still->row_count,
					      still->changed, still->strip_count);
	int64_t now = linkrd_monotonic_us();
	still->looked_us += now - began_us;
	still->is_marked = marked > 0;
	if (!marked) let_pass(still, now);
	return !marked;
}

/* Answers 0, or -errno: of VIDIOC_QBUF if `is_taken`, else of poll or VIDIOC_DQBUF. */
EXPORT int32_t linkrd_stand_still(struct standstill *still)
{
	still->passed = still->is_taken = still->is_marked = 0;
	still->looked_us = 0;
	do {
		int32_t result = linkrd_poll(still->waits, still->wait_count, still->patience_ms);
		if (result <= 0) return result;
		if (!is_frame_alone(still)) return 0;
		prepare(still, 0);
		result = linkrd_ioctl(still->fd, VIDIOC_DQBUF, still->buffer);
		if (result) return result == -EAGAIN ? 0 : result;
		still->is_taken = 1;
		int64_t address = whole_frame(still);
		if (!address || !is_same(still, address)) return 0;
		prepare(still, still->buffer->index);
		result = linkrd_ioctl(still->fd, VIDIOC_QBUF, still->buffer);
		if (result) return result;
		still->is_taken = 0;
	} while (still->came_us < still->end_us && still->captured_us < still->owed_us);
	return 0;
}
