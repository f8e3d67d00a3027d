/*
 * Limited-range Y'CbCr, as HDMI carries it, to the full range that JFIF means.
 *
 * ITU-R BT.601 and BT.709 put black at 16 and white at 235, chroma at 16 to 240; a JPEG decoder
 * expects 0 to 255. Fixed point with 16 fractional bits; the loops are plain so that the compiler
 * turns them into SIMD on either architecture.
 */
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

static inline uint8_t clamp(int32_t value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* 255/219 in 16.16; 0x8000 rounds to nearest. */
EXPORT void linkrd_expand_luma(const uint8_t *source, uint8_t *target, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++)
		target[i] = clamp(((source[i] - 16) * 76309 + 0x8000) >> 16);
}

/* 255/224 in 16.16, around the neutral 128. */
EXPORT void linkrd_expand_chroma(const uint8_t *source, uint8_t *target, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++)
		target[i] = clamp((((source[i] - 128) * 74606 + 0x8000) >> 16) + 128);
}
