/*
 * Y'CbCr as HDMI carries it to what JFIF means: full range, and the matrix of BT.601.
 *
 * ITU-R BT.601 and BT.709 put black at 16 and white at 235, chroma at 16 to 240; a JPEG decoder
 * expects 0 to 255. All numbers fit 16 bits and all divisors are constants, so that the compiler
 * makes multiplications of eight lanes out of the plain loops, on either architecture.
 */
#include <stdint.h>
#include "export.h"

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

static inline uint8_t to_byte(int16_t value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* one * a + other * b, both factors with `bits` fractional bits; the sum has to fit 16 bits. */
static inline int16_t weighted(int16_t one, int16_t a, int16_t other, int16_t b, int bits)
{
	return (int16_t)((int16_t)(one * a + other * b + (1 << (bits - 1))) >> bits);
}

/* Pixels of a row that are worked on at a time. */
enum { BLOCK = 512 };

/* Turns the chroma of two rows. @param gains what is to be added to each of their pixels' luma */
static void turn_chroma(uint8_t *restrict blue, uint8_t *restrict red, int16_t *restrict gains,
			uint64_t length)
{
	for (uint64_t i = 0; i < length; i++) {
		int16_t b = (int16_t)(blue[i] - 128), r = (int16_t)(red[i] - 128);
		gains[2 * i] = gains[2 * i + 1] = weighted(b, 52, r, 100, 9);
		blue[i] = to_byte((int16_t)(128 + b - weighted(b, 21, r, 227, 11)));
		red[i] = to_byte((int16_t)(128 + r - weighted(r, 34, b, 148, 11)));
	}
}

static void add_gains(uint8_t *restrict luma, const int16_t *restrict gains, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++) luma[i] = to_byte((int16_t)(luma[i] + gains[i]));
}

/*
 * Full-range BT.709 planes, 4:2:0, to BT.601, in place: JFIF knows BT.601 alone.
 *
 * The way leads through RGB: with Kr 0.2126, Kb 0.0722 on one side and Kr 0.299, Kb 0.114 on the
 * other, luma gains 0.1016 Cb + 0.1961 Cr, Cb loses 0.0101 Cb + 0.1107 Cr, and Cr loses 0.0166 Cr +
 * 0.0724 Cb. In 16 bits that is within 0.6 of the truth. A row of luma is `stride_y` bytes, an even
 * number, and no longer than two rows of chroma.
 */
EXPORT void linkrd_rec709_to_rec601(uint8_t *luma, uint8_t *blue, uint8_t *red, uint64_t stride_y,
				    uint64_t stride_c, uint64_t height)
{
	for (uint64_t row = 0; row < height; row += 2) {
		for (uint64_t left = 0; left < stride_y; left += BLOCK) {
			int16_t gains[BLOCK] = {0};
			uint64_t length = stride_y - left < BLOCK ? stride_y - left : BLOCK;
			uint64_t chroma = row / 2 * stride_c + left / 2;
			uint8_t *upper = luma + row * stride_y + left;
			turn_chroma(blue + chroma, red + chroma, gains, length / 2);
			add_gains(upper, gains, length);
			if (row + 1 < height) add_gains(upper + stride_y, gains, length);
		}
	}
}
