/*
 * Y'CbCr as HDMI carries it to what JFIF means: full range, and the matrix of BT.601.
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

static inline uint8_t to_byte(int32_t value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/*
 * Full-range BT.709 planes, 4:2:0, to BT.601, in place: JFIF knows BT.601 alone.
 *
 * The way leads through RGB: with Kr 0.2126, Kb 0.0722 on one side and Kr 0.299, Kb 0.114 on the
 * other, luma gains a little chroma and the chroma axes turn. Factors are 16.16. A row of luma is
 * `stride_y` bytes and no longer than two rows of chroma.
 */
EXPORT void linkrd_rec709_to_rec601(uint8_t *luma, uint8_t *blue, uint8_t *red, uint64_t stride_y,
				    uint64_t stride_c, uint64_t height)
{
	for (uint64_t row = 0; row < height; row += 2) {
		uint8_t *upper = luma + row * stride_y;
		uint8_t *lower = row + 1 < height ? upper + stride_y : upper;
		uint8_t *cb = blue + row / 2 * stride_c, *cr = red + row / 2 * stride_c;
		for (uint64_t column = 0; column < stride_y / 2; column++) {
			int32_t b = cb[column] - 128, r = cr[column] - 128;
			int32_t gain = (6657 * b + 12850 * r + 0x8000) >> 16;
			cb[column] = to_byte(((64871 * b - 7252 * r + 0x8000) >> 16) + 128);
			cr[column] = to_byte(((64448 * r - 4748 * b + 0x8000) >> 16) + 128);
			upper[2 * column] = to_byte(upper[2 * column] + gain);
			upper[2 * column + 1] = to_byte(upper[2 * column + 1] + gain);
			if (lower == upper) continue;
			lower[2 * column] = to_byte(lower[2 * column] + gain);
			lower[2 * column + 1] = to_byte(lower[2 * column + 1] + gain);
		}
	}
}
