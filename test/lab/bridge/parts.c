// SPDX-License-Identifier: MIT OR GPL-2.0
/* The parts between the connector and the node: subdevices with a node each. */
#include <linux/dma-mapping.h>
#include <media/v4l2-dv-timings.h>
#include "bridge.h"

static const struct lab_format formats[] = {
	/* As mainline's unicam writes them: RGB888 on the bus is blue, green, red in memory. */
	{ MEDIA_BUS_FMT_RGB888_1X24, V4L2_PIX_FMT_BGR24, 3 },
	{ MEDIA_BUS_FMT_UYVY8_1X16, V4L2_PIX_FMT_UYVY, 2 },
};

/* The format with this code and pixel format; 0 stands for any. */
const struct lab_format *lab_format_of(u32 code, u32 pixelformat)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (code && formats[i].code != code) continue;
		if (!pixelformat || formats[i].pixelformat == pixelformat) return &formats[i];
	}
	return NULL;
}

static struct lab *lab_of(struct v4l2_subdev *part)
{
	return container_of(part->v4l2_dev, struct lab, v4l2);
}

void lab_tell_change(struct lab *lab)
{
	const struct v4l2_event event = {
		.type = V4L2_EVENT_SOURCE_CHANGE,
		.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
	};
	v4l2_subdev_notify_event(&lab->bridge, &event);
}

static int query_timings(struct v4l2_subdev *part, struct v4l2_dv_timings *timings)
{
	struct lab_source source = lab_source(lab_of(part));
	if (source.error && source.error != ERANGE) return -source.error;
	*timings = (struct v4l2_dv_timings){
		.type = V4L2_DV_BT_656_1120,
		.bt = { .width = source.width, .height = source.height },
	};
	return -source.error;
}

static int set_timings(struct v4l2_subdev *part, struct v4l2_dv_timings *timings)
{
	struct lab *lab = lab_of(part);
	lab->adopted_width = timings->bt.width;
	lab->adopted_height = timings->bt.height;
	return 0;
}

static int get_edid(struct v4l2_subdev *part, struct v4l2_edid *edid)
{
	struct lab *lab = lab_of(part);
	if (edid->pad != 0) return -EINVAL;
	if (!lab->edid_blocks) return -ENODATA;
	if (edid->start_block >= lab->edid_blocks) return -EINVAL;
	edid->blocks = min(edid->blocks, lab->edid_blocks - edid->start_block);
	memcpy(edid->edid, lab->edid + 128 * edid->start_block, 128 * edid->blocks);
	return 0;
}

static int set_edid(struct v4l2_subdev *part, struct v4l2_edid *edid)
{
	struct lab *lab = lab_of(part);
	if (edid->pad != 0 || edid->start_block != 0) return -EINVAL;
	if (edid->blocks > EDID_BLOCKS_MAX) return -E2BIG;
	memcpy(lab->edid, edid->edid, 128 * edid->blocks);
	lab->edid_blocks = edid->blocks;
	lab_tell_change(lab);
	return 0;
}

static int enum_codes(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
		      struct v4l2_subdev_mbus_code_enum *entry)
{
	if (entry->index >= ARRAY_SIZE(formats)) return -EINVAL;
	entry->code = formats[entry->index].code;
	return 0;
}

static int get_bridge_format(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
			     struct v4l2_subdev_format *format)
{
	format->format = lab_of(part)->bridge_format;
	return 0;
}

/* Only the code can be chosen: the size is that of the timings, the colours are the code's. */
static int set_bridge_format(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
			     struct v4l2_subdev_format *format)
{
	struct lab *lab = lab_of(part);
	bool rgb = format->format.code == MEDIA_BUS_FMT_RGB888_1X24;
	if (!lab_format_of(format->format.code, 0)) return -EINVAL;
	lab->bridge_format = (struct v4l2_mbus_framefmt){
		.code = format->format.code,
		.width = lab->adopted_width,
		.height = lab->adopted_height,
		.field = V4L2_FIELD_NONE,
		.colorspace = rgb ? V4L2_COLORSPACE_SRGB : V4L2_COLORSPACE_REC709,
	};
	format->format = lab->bridge_format;
	return 0;
}

static int get_csi2_format(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
			   struct v4l2_subdev_format *format)
{
	format->format = lab_of(part)->csi2_format;
	return 0;
}

/* What leaves it is what enters it. */
static int set_csi2_format(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
			   struct v4l2_subdev_format *format)
{
	struct lab *lab = lab_of(part);
	if (format->pad == 0) lab->csi2_format = format->format;
	format->format = lab->csi2_format;
	return 0;
}

static int get_isp_format(struct v4l2_subdev *part, struct v4l2_subdev_state *state,
			  struct v4l2_subdev_format *format)
{
	format->format = lab_of(part)->isp_format;
	return 0;
}

/* Timings belong to a pad since Linux 6.11. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static int query_pad(struct v4l2_subdev *part, unsigned int pad, struct v4l2_dv_timings *timings)
{
	return query_timings(part, timings);
}

static int set_pad(struct v4l2_subdev *part, unsigned int pad, struct v4l2_dv_timings *timings)
{
	return set_timings(part, timings);
}

#define PAD_TIMINGS .query_dv_timings = query_pad, .s_dv_timings = set_pad,
#define VIDEO_TIMINGS
#else
#define PAD_TIMINGS
#define VIDEO_TIMINGS .query_dv_timings = query_timings, .s_dv_timings = set_timings,
#endif

static const struct v4l2_subdev_core_ops events = {
	.subscribe_event = v4l2_src_change_event_subdev_subscribe,
	.unsubscribe_event = v4l2_event_subdev_unsubscribe,
};
static const struct v4l2_subdev_video_ops timings = { VIDEO_TIMINGS };
static const struct v4l2_subdev_pad_ops bridge_pads = {
	PAD_TIMINGS
	.get_edid = get_edid,
	.set_edid = set_edid,
	.enum_mbus_code = enum_codes,
	.get_fmt = get_bridge_format,
	.set_fmt = set_bridge_format,
};
static const struct v4l2_subdev_pad_ops csi2_pads = {
	.enum_mbus_code = enum_codes,
	.get_fmt = get_csi2_format,
	.set_fmt = set_csi2_format,
	.link_validate = v4l2_subdev_link_validate_default,
};
static const struct v4l2_subdev_pad_ops isp_pads = {
	.get_fmt = get_isp_format,
	.link_validate = v4l2_subdev_link_validate_default,
};
static const struct v4l2_subdev_ops bridge_ops = {
	.core = &events, .video = &timings, .pad = &bridge_pads,
};
static const struct v4l2_subdev_ops csi2_ops = { .pad = &csi2_pads };
static const struct v4l2_subdev_ops isp_ops = { .pad = &isp_pads };
static const struct media_entity_operations checked = {
	.link_validate = v4l2_subdev_link_validate,
};

static int make_part(struct lab *lab, struct v4l2_subdev *part, const char *name,
		     const struct v4l2_subdev_ops *ops, struct media_pad *pads, u16 count)
{
	int error;

	v4l2_subdev_init(part, ops);
	strscpy(part->name, name, sizeof(part->name));
	part->flags = V4L2_SUBDEV_FL_HAS_DEVNODE;
	part->entity.ops = &checked;
	part->entity.function = MEDIA_ENT_F_VID_IF_BRIDGE;
	part->owner = NULL;
	error = media_entity_pads_init(&part->entity, count, pads);
	return error ? error : v4l2_device_register_subdev(&lab->v4l2, part);
}

int lab_make_parts(struct lab *lab)
{
	const struct v4l2_mbus_framefmt other = {
		.code = MEDIA_BUS_FMT_SRGGB10_1X10, .width = 64, .height = 48, .field = V4L2_FIELD_NONE,
	};
	int error;

	lab->csi2_format = lab->isp_format = lab->bridge_format = other;
	lab->bridge_pad.flags = lab->csi2_pads[1].flags = MEDIA_PAD_FL_SOURCE;
	lab->csi2_pads[0].flags = lab->isp_pad.flags = MEDIA_PAD_FL_SINK;
	error = make_part(lab, &lab->bridge, "lab-bridge", &bridge_ops, &lab->bridge_pad, 1);
	lab->bridge.flags |= V4L2_SUBDEV_FL_HAS_EVENTS;
	if (!error) error = make_part(lab, &lab->csi2, "lab-csi2", &csi2_ops, lab->csi2_pads, 2);
	if (!error) error = make_part(lab, &lab->isp, "lab-isp", &isp_ops, &lab->isp_pad, 1);
	return error;
}
