/*
 * Limited-range Y'CbCr, as HDMI carries it, to the full range that JFIF means.
 *
 * ITU-R BT.601 and BT.709 put black at 16 and white at 235, chroma at 16 to 240; a JPEG decoder
 * expects 0 to 255. All numbers fit 16 bits and all divisors are constants, so that the compiler
 * makes multiplications of eight lanes out of the plain loops, on either architecture.
 */
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

static inline uint16_t clamp(uint16_t value, uint16_t low, uint16_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* (x - 16) * 255 / 219 to the nearest, written as x - 16 and the 36 / 219 of it that are added. */
EXPORT void linkrd_expand_luma(const uint8_t *restrict source, uint8_t *restrict target,
			       uint64_t length)
{
	for (uint64_t i = 0; i < length; i++) {
		uint16_t above = (uint16_t)(clamp(source[i], 16, 235) - 16);
		uint16_t twice = (uint16_t)(2 * 36 * above + 219);
		target[i] = (uint8_t)(above + twice / (2 * 219));
	}
}

/*
 * (x - 128) * 255 / 224 + 128 to the nearest, the ends 0.5 and 255.5 to 0 and 255. From the lower
 * end that is (x - 16) * 255 / 224, rounded up.
 */
EXPORT void linkrd_expand_chroma(const uint8_t *restrict source, uint8_t *restrict target,
				 uint64_t length)
{
	for (uint64_t i = 0; i < length; i++) {
		uint16_t above = (uint16_t)(clamp(source[i], 16, 240) - 16);
		uint16_t more = (uint16_t)(31 * above + 223);
		target[i] = (uint8_t)(above + more / 224);
	}
}
