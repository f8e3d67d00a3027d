/* How a frame is compared with the one that is kept (changes.c). */
#pragma once
#include <stdint.h>

/* Rows under each other, in bytes from the start of the frame; `length` of each are looked at. */
struct rows {
	uint32_t start, stride, length, count, count_in_strip;
};

/*
 * Marks in `changed` the strips in which the frame differs from what is kept, and keeps those; one
 * that is marked already is kept unseen. Both lie in memory alike. Answers how many are marked.
 */
uint32_t linkrd_take_changes(uint8_t *kept, int64_t frame, const struct rows *planes,
			     uint32_t plane_count, uint8_t *changed, uint32_t strip_count);
