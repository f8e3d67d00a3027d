/*
 * Which parts of a frame are not what they were: looked for in the device's own memory, so that an
 * unchanged frame costs reading it once and nothing else.
 *
 * That memory may be uncached, where each read is dear. It is compared in blocks as long as they
 * come, which libc reads as wide as the machine can; a strip that differs is read up to there and
 * once more for the copy. What is encoded is made from the copy alone: whatever a driver does to
 * its buffer meanwhile, the picture shown is the one that the next frame is compared with.
 */
#include <string.h>
#include "changes.h"
#include "export.h"

struct block {
	uint64_t start, length, stride, count;
};

/* The rows of a strip: one block where nothing lies between them, else as many as there are. */
static struct block block_of(const struct rows *rows, uint32_t strip)
{
	uint64_t first = (uint64_t)strip * rows->count_in_strip;
	uint64_t rest = first < rows->count ? rows->count - first : 0;
	uint64_t count = rest < rows->count_in_strip ? rest : rows->count_in_strip;
	uint64_t start = rows->start + first * rows->stride;
	if (rows->length == rows->stride) {
		return (struct block){start, rows->stride * count, 0, count > 0};
	}
	return (struct block){start, rows->length, rows->stride, count};
}

static int differs(const uint8_t *kept, const uint8_t *frame, struct block block)
{
	for (uint64_t i = 0; i < block.count; i++, block.start += block.stride) {
		if (memcmp(kept + block.start, frame + block.start, block.length)) return 1;
	}
	return 0;
}

static void copy(uint8_t *kept, const uint8_t *frame, struct block block)
{
	for (uint64_t i = 0; i < block.count; i++, block.start += block.stride) {
		memcpy(kept + block.start, frame + block.start, block.length);
	}
}

EXPORT uint32_t linkrd_take_changes(uint8_t *kept, int64_t frame, const struct rows *planes,
				    uint32_t plane_count, uint8_t *changed, uint32_t strip_count)
{
	const uint8_t *now = (const uint8_t *)(intptr_t)frame;
	uint32_t marked = 0;
	for (uint32_t strip = 0; strip < strip_count; strip++) {
		for (uint32_t i = 0; i < plane_count && !changed[strip]; i++) {
			changed[strip] = (uint8_t)differs(kept, now, block_of(&planes[i], strip));
		}
		if (!changed[strip]) continue;
		marked++;
		for (uint32_t i = 0; i < plane_count; i++) copy(kept, now, block_of(&planes[i], strip));
	}
	return marked;
}

/* Whether a frame that is one piece differs from what is kept. */
EXPORT int32_t linkrd_differs(const void *kept, int64_t frame, uint64_t length)
{
	return memcmp(kept, (const void *)(intptr_t)frame, (size_t)length) != 0;
}
