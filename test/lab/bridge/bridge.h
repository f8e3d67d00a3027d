/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * An HDMI bridge behind a media controller, as a module for the lab's kernel: what a TC358743 is on
 * a Raspberry Pi, without the chip. Its node knows nothing of HDMI, and streams only when its links
 * and formats were set up from the bridge to it, which the kernel's own code holds it to.
 *
 *   lab-bridge:0 -> lab-csi2:0 [ENABLED,IMMUTABLE]
 *   lab-csi2:1 -> lab-isp:0 [ENABLED]     where formats never fit: the stream starts without it
 *   lab-csi2:1 -> lab-video:0 []
 *
 * The bridge sends eight bars, in UYVY (BT.709, limited range) or RGB. What the host sends is set
 * by module parameters, each change of which is an event: `width`, `height`, and `signal`, an errno
 * or 0. Without an EDID it sends nothing.
 */
#pragma once
#include <linux/version.h>
#include <media/media-device.h>
#include <media/v4l2-dev.h>
#include <media/v4l2-device.h>
#include <media/v4l2-event.h>
#include <media/v4l2-subdev.h>
#include <media/videobuf2-v4l2.h>

enum { EDID_BLOCKS_MAX = 2, FRAMES_PER_SECOND = 30 };

/* A way from the media bus into memory. */
struct lab_format {
	u32 code, pixelformat, bytes_per_pixel;
};

struct lab {
	struct media_device media;
	struct v4l2_device v4l2;
	/* Held by whatever touches what follows. */
	struct mutex lock;

	struct v4l2_subdev bridge, csi2, isp;
	struct media_pad bridge_pad, csi2_pads[2], isp_pad, node_pad;
	struct v4l2_mbus_framefmt bridge_format, csi2_format, isp_format;
	u32 adopted_width, adopted_height;
	u8 edid[EDID_BLOCKS_MAX * 128];
	u32 edid_blocks;

	struct video_device node;
	struct v4l2_pix_format format;
	struct vb2_queue queue;
	struct list_head waiting;
	struct delayed_work tick;
	u32 sequence;
	bool streaming;
};

/* What the host sends. */
struct lab_source {
	uint width, height;
	int error;
};

struct lab_source lab_source(const struct lab *lab);
void lab_tell_change(struct lab *lab);
const struct lab_format *lab_format_of(u32 code, u32 pixelformat);

int lab_make_parts(struct lab *lab);
int lab_make_node(struct lab *lab);
