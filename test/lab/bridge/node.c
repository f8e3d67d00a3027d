// SPDX-License-Identifier: MIT OR GPL-2.0
/* The video node, which takes what arrives at its pad and nothing else. */
#include <linux/module.h>
#include <media/v4l2-ioctl.h>
#include <media/videobuf2-vmalloc.h>
#include "bridge.h"

struct frame {
	struct vb2_v4l2_buffer buffer;
	struct list_head list;
};

/* White, yellow, cyan, green, magenta, red, blue, black. */
static const u8 bars_rgb[8][3] = {
	{ 255, 255, 255 }, { 255, 255, 0 }, { 0, 255, 255 }, { 0, 255, 0 },
	{ 255, 0, 255 }, { 255, 0, 0 }, { 0, 0, 255 }, { 0, 0, 0 },
};
/* The same as Y'CbCr, BT.709, limited range. */
static const u8 bars_yuv[8][3] = {
	{ 235, 128, 128 }, { 219, 16, 138 }, { 188, 154, 16 }, { 173, 42, 26 },
	{ 78, 214, 230 }, { 63, 102, 240 }, { 32, 240, 118 }, { 16, 128, 128 },
};

/* Every row is the same: the emulator is too slow to draw each. */
static void draw(const struct v4l2_pix_format *format, u8 *memory)
{
	for (u32 x = 0; x < format->width; x++) {
		const u8 *rgb = bars_rgb[x * 8 / format->width];
		const u8 *yuv = bars_yuv[(x & ~1u) * 8 / format->width];
		if (format->pixelformat == V4L2_PIX_FMT_UYVY) {
			memory[2 * x] = yuv[1 + x % 2];
			memory[2 * x + 1] = yuv[0];
		} else {
			memory[3 * x] = rgb[2];
			memory[3 * x + 1] = rgb[1];
			memory[3 * x + 2] = rgb[0];
		}
	}
	for (u32 y = 1; y < format->height; y++) {
		memcpy(memory + y * format->bytesperline, memory, format->bytesperline);
	}
}

static void tick(struct work_struct *work)
{
	struct lab *lab = container_of(to_delayed_work(work), struct lab, tick);
	struct frame *frame;

	mutex_lock(&lab->lock);
	frame = list_first_entry_or_null(&lab->waiting, struct frame, list);
	if (frame && !lab_source(lab).error) {
		struct vb2_buffer *buffer = &frame->buffer.vb2_buf;
		list_del(&frame->list);
		draw(&lab->format, vb2_plane_vaddr(buffer, 0));
		frame->buffer.sequence = lab->sequence++;
		frame->buffer.field = V4L2_FIELD_NONE;
		buffer->timestamp = ktime_get_ns();
		vb2_set_plane_payload(buffer, 0, lab->format.sizeimage);
		vb2_buffer_done(buffer, VB2_BUF_STATE_DONE);
	}
	if (lab->streaming) schedule_delayed_work(&lab->tick, HZ / FRAMES_PER_SECOND);
	mutex_unlock(&lab->lock);
}

static int set_up(struct vb2_queue *queue, unsigned int *buffers, unsigned int *planes,
		  unsigned int sizes[], struct device *devices[])
{
	struct lab *lab = vb2_get_drv_priv(queue);
	if (*planes) return sizes[0] < lab->format.sizeimage ? -EINVAL : 0;
	*planes = 1;
	sizes[0] = lab->format.sizeimage;
	return 0;
}

static void take(struct vb2_buffer *buffer)
{
	struct lab *lab = vb2_get_drv_priv(buffer->vb2_queue);
	struct frame *frame = container_of(to_vb2_v4l2_buffer(buffer), struct frame, buffer);
	list_add_tail(&frame->list, &lab->waiting);
}

static void give_back(struct lab *lab, enum vb2_buffer_state state)
{
	struct frame *frame, *next;
	list_for_each_entry_safe(frame, next, &lab->waiting, list) {
		list_del(&frame->list);
		vb2_buffer_done(&frame->buffer.vb2_buf, state);
	}
}

static int start(struct vb2_queue *queue, unsigned int count)
{
	struct lab *lab = vb2_get_drv_priv(queue);
	int error = video_device_pipeline_alloc_start(&lab->node);
	if (error) {
		give_back(lab, VB2_BUF_STATE_QUEUED);
		return error;
	}
	lab->sequence = 0;
	lab->streaming = true;
	schedule_delayed_work(&lab->tick, 0);
	return 0;
}

static void stop(struct vb2_queue *queue)
{
	struct lab *lab = vb2_get_drv_priv(queue);
	lab->streaming = false;
	mutex_unlock(&lab->lock);
	cancel_delayed_work_sync(&lab->tick);
	mutex_lock(&lab->lock);
	video_device_pipeline_stop(&lab->node);
	give_back(lab, VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops queue_ops = {
	.queue_setup = set_up, .buf_queue = take, .start_streaming = start, .stop_streaming = stop,
};

static int capability(struct file *file, void *handle, struct v4l2_capability *capability)
{
	strscpy(capability->driver, "labbridge", sizeof(capability->driver));
	strscpy(capability->card, "lab bridge", sizeof(capability->card));
	return 0;
}

/* Of one bus format, or of all. */
static int enum_format(struct file *file, void *handle, struct v4l2_fmtdesc *entry)
{
	u32 other = entry->index == 0 ? V4L2_PIX_FMT_BGR24 : V4L2_PIX_FMT_UYVY;
	const struct lab_format *format = lab_format_of(entry->mbus_code, entry->mbus_code ? 0 : other);
	if (!format || entry->index > (entry->mbus_code ? 0 : 1)) return -EINVAL;
	entry->pixelformat = format->pixelformat;
	return 0;
}

/* Rows are longer than the picture is wide, as a DMA engine wants them. */
static int try_format(struct file *file, void *handle, struct v4l2_format *wanted)
{
	struct v4l2_pix_format *pix = &wanted->fmt.pix;
	const struct lab_format *format = lab_format_of(0, pix->pixelformat);
	if (!format) format = lab_format_of(0, V4L2_PIX_FMT_UYVY);
	pix->pixelformat = format->pixelformat;
	pix->width = clamp(pix->width, 16u, 4096u);
	pix->height = clamp(pix->height, 16u, 4096u);
	pix->bytesperline = ALIGN(pix->width * format->bytes_per_pixel + 1, 64);
	pix->sizeimage = pix->bytesperline * pix->height;
	pix->field = V4L2_FIELD_NONE;
	if (!pix->colorspace) pix->colorspace = V4L2_COLORSPACE_RAW;
	return 0;
}

static int set_format(struct file *file, void *handle, struct v4l2_format *wanted)
{
	struct lab *lab = video_drvdata(file);
	if (vb2_is_busy(&lab->queue)) return -EBUSY;
	try_format(file, handle, wanted);
	lab->format = wanted->fmt.pix;
	return 0;
}

static int get_format(struct file *file, void *handle, struct v4l2_format *format)
{
	struct lab *lab = video_drvdata(file);
	format->fmt.pix = lab->format;
	return 0;
}

static const struct v4l2_ioctl_ops ioctls = {
	.vidioc_querycap = capability,
	.vidioc_enum_fmt_vid_cap = enum_format,
	.vidioc_g_fmt_vid_cap = get_format,
	.vidioc_s_fmt_vid_cap = set_format,
	.vidioc_try_fmt_vid_cap = try_format,
	.vidioc_reqbufs = vb2_ioctl_reqbufs,
	.vidioc_querybuf = vb2_ioctl_querybuf,
	.vidioc_qbuf = vb2_ioctl_qbuf,
	.vidioc_dqbuf = vb2_ioctl_dqbuf,
	.vidioc_streamon = vb2_ioctl_streamon,
	.vidioc_streamoff = vb2_ioctl_streamoff,
};

static const struct v4l2_file_operations file_ops = {
	.owner = THIS_MODULE,
	.open = v4l2_fh_open,
	.release = vb2_fop_release,
	.poll = vb2_fop_poll,
	.mmap = vb2_fop_mmap,
	.unlocked_ioctl = video_ioctl2,
};

/* What arrives has to be what the node was told to write (kernel docs, "Media controller"). */
static int validate(struct media_link *link)
{
	struct video_device *node =
		media_entity_to_video_device(link->sink->entity);
	struct lab *lab = video_get_drvdata(node);
	const struct v4l2_mbus_framefmt *arrives = &lab->csi2_format;
	const struct lab_format *format = lab_format_of(arrives->code, lab->format.pixelformat);
	if (!format || arrives->colorspace != lab->format.colorspace) return -EPIPE;
	if (arrives->width != lab->format.width || arrives->height != lab->format.height) return -EPIPE;
	return 0;
}

static const struct media_entity_operations entity_ops = { .link_validate = validate };

int lab_make_node(struct lab *lab)
{
	struct v4l2_format first = { .fmt.pix = { .width = 64, .height = 48 } };
	struct vb2_queue *queue = &lab->queue;
	struct video_device *node = &lab->node;
	int error;

	try_format(NULL, NULL, &first);
	lab->format = first.fmt.pix;
	INIT_LIST_HEAD(&lab->waiting);
	INIT_DELAYED_WORK(&lab->tick, tick);
	queue->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	queue->io_modes = VB2_MMAP;
	queue->drv_priv = lab;
	queue->buf_struct_size = sizeof(struct frame);
	queue->ops = &queue_ops;
	queue->mem_ops = &vb2_vmalloc_memops;
	queue->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	queue->lock = &lab->lock;
	error = vb2_queue_init(queue);
	if (error) return error;
	strscpy(node->name, "lab-video", sizeof(node->name));
	node->v4l2_dev = &lab->v4l2;
	node->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_IO_MC;
	node->fops = &file_ops;
	node->ioctl_ops = &ioctls;
	node->release = video_device_release_empty;
	node->queue = queue;
	node->lock = &lab->lock;
	node->entity.ops = &entity_ops;
	lab->node_pad.flags = MEDIA_PAD_FL_SINK;
	video_set_drvdata(node, lab);
	error = media_entity_pads_init(&node->entity, 1, &lab->node_pad);
	return error ? error : video_register_device(node, VFL_TYPE_VIDEO, -1);
}
