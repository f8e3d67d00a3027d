/* What is told and asked of a wait while nothing changes (standstill.c). abi.c tells its layout. */
#pragma once
#include <linux/videodev2.h>
#include <poll.h>
#include <stdint.h>
#include "changes.h"

enum { PARTS_MAX = 2, SKIPPED_ANY = -1 };

/* What a buffer has to hold of one part of a frame, to be whole. */
struct part {
	/* Before the picture, bytes of it, and of the memory that it is in. */
	int64_t skipped, bytes_min, bytes_max;
};

/* The word that tells the main thread of a picture's age (src/video/vouch.ts). */
struct vouch {
	uint64_t word;
	uint32_t sequence;
};

struct standstill {
	/* The device, its part in `waits`, and where in memory the picture of each buffer may begin. */
	int32_t fd;
	uint32_t type, buffer_count, part_count;
	const int64_t *addresses;
	struct part parts[PARTS_MAX];
	/* Where a buffer is told of: the last one, which is ours if `is_taken`. */
	struct v4l2_buffer *buffer;
	struct v4l2_plane *planes;
	/* When it ends: the longest wait for a frame, the clock, and the time of a frame. */
	struct pollfd *waits;
	uint32_t wait_count;
	int32_t patience_ms;
	int64_t end_us, owed_us;
	/* What is shown. */
	uint8_t *kept, *changed;
	const struct rows *rows;
	uint32_t row_count, strip_count;
	struct vouch *vouch;
	uint64_t picture;
	/* What came of it: frames that passed, of the last one its number and times, and how long all
	   were looked at; whether one is taken that did not, and was found to differ. */
	uint32_t passed, sequence;
	int64_t captured_us, came_us, looked_us;
	uint32_t is_taken, is_marked;
};
