/*
 * What the headers say about every structure and number that src/ffi lays out by hand, as
 * `name value` lines. The test compiles and runs this and compares; nothing of it is shipped.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/media.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "deliver.h"
#include "standstill.h"

#define SIZE(type) printf("%s %zu\n", #type, sizeof(struct type))
#define FIELD(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(struct type, field))
#define NUMBER(name) printf("%s %lu\n", #name, (unsigned long)(uint32_t)(name))

static void requests(void)
{
	NUMBER(VIDIOC_QUERYCAP);
	NUMBER(VIDIOC_ENUM_FMT);
	NUMBER(VIDIOC_G_FMT);
	NUMBER(VIDIOC_S_FMT);
	NUMBER(VIDIOC_REQBUFS);
	NUMBER(VIDIOC_QUERYBUF);
	NUMBER(VIDIOC_QBUF);
	NUMBER(VIDIOC_DQBUF);
	NUMBER(VIDIOC_STREAMON);
	NUMBER(VIDIOC_STREAMOFF);
	NUMBER(VIDIOC_G_CTRL);
	NUMBER(VIDIOC_G_EDID);
	NUMBER(VIDIOC_S_EDID);
	NUMBER(VIDIOC_ENUM_FRAMESIZES);
	NUMBER(VIDIOC_S_DV_TIMINGS);
	NUMBER(VIDIOC_QUERY_DV_TIMINGS);
	NUMBER(VIDIOC_DQEVENT);
	NUMBER(VIDIOC_SUBSCRIBE_EVENT);
	NUMBER(VIDIOC_SUBDEV_ENUM_MBUS_CODE);
	NUMBER(VIDIOC_SUBDEV_S_FMT);
	NUMBER(MEDIA_IOC_SETUP_LINK);
	NUMBER(MEDIA_IOC_G_TOPOLOGY);
}

static void formats(void)
{
	SIZE(v4l2_capability);
	FIELD(v4l2_capability, driver);
	FIELD(v4l2_capability, card);
	FIELD(v4l2_capability, bus_info);
	FIELD(v4l2_capability, capabilities);
	FIELD(v4l2_capability, device_caps);
	SIZE(v4l2_fmtdesc);
	FIELD(v4l2_fmtdesc, index);
	FIELD(v4l2_fmtdesc, type);
	FIELD(v4l2_fmtdesc, pixelformat);
	FIELD(v4l2_fmtdesc, mbus_code);
	SIZE(v4l2_format);
	FIELD(v4l2_format, type);
	FIELD(v4l2_format, fmt.pix.width);
	FIELD(v4l2_format, fmt.pix.height);
	FIELD(v4l2_format, fmt.pix.pixelformat);
	FIELD(v4l2_format, fmt.pix.field);
	FIELD(v4l2_format, fmt.pix.bytesperline);
	FIELD(v4l2_format, fmt.pix.sizeimage);
	FIELD(v4l2_format, fmt.pix.colorspace);
	FIELD(v4l2_format, fmt.pix.ycbcr_enc);
	FIELD(v4l2_format, fmt.pix.quantization);
	FIELD(v4l2_format, fmt.pix_mp.width);
	FIELD(v4l2_format, fmt.pix_mp.height);
	FIELD(v4l2_format, fmt.pix_mp.pixelformat);
	FIELD(v4l2_format, fmt.pix_mp.field);
	FIELD(v4l2_format, fmt.pix_mp.colorspace);
	FIELD(v4l2_format, fmt.pix_mp.plane_fmt[0].sizeimage);
	FIELD(v4l2_format, fmt.pix_mp.plane_fmt[0].bytesperline);
	FIELD(v4l2_format, fmt.pix_mp.plane_fmt[1].bytesperline);
	FIELD(v4l2_format, fmt.pix_mp.num_planes);
	FIELD(v4l2_format, fmt.pix_mp.ycbcr_enc);
	FIELD(v4l2_format, fmt.pix_mp.quantization);
}

static void sizes(void)
{
	SIZE(v4l2_frmsizeenum);
	FIELD(v4l2_frmsizeenum, index);
	FIELD(v4l2_frmsizeenum, pixel_format);
	FIELD(v4l2_frmsizeenum, type);
	FIELD(v4l2_frmsizeenum, discrete.width);
	FIELD(v4l2_frmsizeenum, discrete.height);
	FIELD(v4l2_frmsizeenum, stepwise.max_width);
	FIELD(v4l2_frmsizeenum, stepwise.max_height);
}

static void buffers(void)
{
	SIZE(v4l2_requestbuffers);
	FIELD(v4l2_requestbuffers, count);
	FIELD(v4l2_requestbuffers, type);
	FIELD(v4l2_requestbuffers, memory);
	SIZE(v4l2_buffer);
	FIELD(v4l2_buffer, index);
	FIELD(v4l2_buffer, type);
	FIELD(v4l2_buffer, bytesused);
	FIELD(v4l2_buffer, flags);
	FIELD(v4l2_buffer, timestamp.tv_sec);
	FIELD(v4l2_buffer, timestamp.tv_usec);
	FIELD(v4l2_buffer, sequence);
	FIELD(v4l2_buffer, memory);
	FIELD(v4l2_buffer, m.offset);
	FIELD(v4l2_buffer, m.planes);
	FIELD(v4l2_buffer, length);
	SIZE(v4l2_plane);
	FIELD(v4l2_plane, bytesused);
	FIELD(v4l2_plane, length);
	FIELD(v4l2_plane, m.mem_offset);
	FIELD(v4l2_plane, data_offset);
	SIZE(v4l2_dv_timings);
	FIELD(v4l2_dv_timings, type);
	FIELD(v4l2_dv_timings, bt.width);
	FIELD(v4l2_dv_timings, bt.height);
	SIZE(v4l2_event);
	FIELD(v4l2_event, type);
	SIZE(v4l2_event_subscription);
	FIELD(v4l2_event_subscription, type);
	SIZE(v4l2_edid);
	FIELD(v4l2_edid, pad);
	FIELD(v4l2_edid, start_block);
	FIELD(v4l2_edid, blocks);
	FIELD(v4l2_edid, edid);
	SIZE(v4l2_control);
	FIELD(v4l2_control, id);
	FIELD(v4l2_control, value);
	SIZE(pollfd);
	FIELD(pollfd, fd);
	FIELD(pollfd, events);
	FIELD(pollfd, revents);
}

static void media(void)
{
	SIZE(media_v2_topology);
	FIELD(media_v2_topology, num_entities);
	FIELD(media_v2_topology, ptr_entities);
	FIELD(media_v2_topology, num_interfaces);
	FIELD(media_v2_topology, ptr_interfaces);
	FIELD(media_v2_topology, num_pads);
	FIELD(media_v2_topology, ptr_pads);
	FIELD(media_v2_topology, num_links);
	FIELD(media_v2_topology, ptr_links);
	SIZE(media_v2_entity);
	FIELD(media_v2_entity, id);
	FIELD(media_v2_entity, name);
	SIZE(media_v2_interface);
	FIELD(media_v2_interface, id);
	FIELD(media_v2_interface, devnode.major);
	FIELD(media_v2_interface, devnode.minor);
	SIZE(media_v2_pad);
	FIELD(media_v2_pad, id);
	FIELD(media_v2_pad, entity_id);
	FIELD(media_v2_pad, flags);
	FIELD(media_v2_pad, index);
	SIZE(media_v2_link);
	FIELD(media_v2_link, id);
	FIELD(media_v2_link, source_id);
	FIELD(media_v2_link, sink_id);
	FIELD(media_v2_link, flags);
	SIZE(media_link_desc);
	FIELD(media_link_desc, source.entity);
	FIELD(media_link_desc, source.index);
	FIELD(media_link_desc, sink.entity);
	FIELD(media_link_desc, sink.index);
	FIELD(media_link_desc, flags);
	SIZE(v4l2_subdev_format);
	FIELD(v4l2_subdev_format, which);
	FIELD(v4l2_subdev_format, pad);
	FIELD(v4l2_subdev_format, format.width);
	FIELD(v4l2_subdev_format, format.height);
	FIELD(v4l2_subdev_format, format.code);
	FIELD(v4l2_subdev_format, format.field);
	FIELD(v4l2_subdev_format, format.colorspace);
	FIELD(v4l2_subdev_format, format.ycbcr_enc);
	FIELD(v4l2_subdev_format, format.quantization);
	SIZE(v4l2_subdev_mbus_code_enum);
	FIELD(v4l2_subdev_mbus_code_enum, pad);
	FIELD(v4l2_subdev_mbus_code_enum, index);
	FIELD(v4l2_subdev_mbus_code_enum, code);
	FIELD(v4l2_subdev_mbus_code_enum, which);
}

static void constants(void)
{
	NUMBER(V4L2_CAP_VIDEO_CAPTURE);
	NUMBER(V4L2_CAP_VIDEO_CAPTURE_MPLANE);
	NUMBER(V4L2_CAP_VIDEO_OUTPUT);
	NUMBER(V4L2_CAP_VIDEO_OUTPUT_MPLANE);
	NUMBER(V4L2_CAP_STREAMING);
	NUMBER(V4L2_CAP_IO_MC);
	NUMBER(V4L2_CAP_DEVICE_CAPS);
	NUMBER(V4L2_BUF_TYPE_VIDEO_CAPTURE);
	NUMBER(V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
	NUMBER(V4L2_MEMORY_MMAP);
	NUMBER(V4L2_FIELD_NONE);
	NUMBER(V4L2_BUF_FLAG_ERROR);
	NUMBER(V4L2_BUF_FLAG_TIMESTAMP_MASK);
	NUMBER(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
	NUMBER(V4L2_EVENT_SOURCE_CHANGE);
	NUMBER(V4L2_CID_DV_RX_POWER_PRESENT);
	NUMBER(V4L2_CID_DV_RX_RGB_RANGE);
	NUMBER(V4L2_DV_RGB_RANGE_LIMITED);
	NUMBER(V4L2_DV_RGB_RANGE_FULL);
	NUMBER(V4L2_QUANTIZATION_FULL_RANGE);
	NUMBER(V4L2_QUANTIZATION_LIM_RANGE);
	NUMBER(V4L2_FRMSIZE_TYPE_DISCRETE);
	NUMBER(V4L2_COLORSPACE_JPEG);
	NUMBER(V4L2_COLORSPACE_SRGB);
	NUMBER(V4L2_COLORSPACE_REC709);
	NUMBER(V4L2_YCBCR_ENC_601);
	NUMBER(V4L2_YCBCR_ENC_709);
	NUMBER(V4L2_YCBCR_ENC_XV709);
	NUMBER(V4L2_PIX_FMT_YUYV);
	NUMBER(V4L2_PIX_FMT_MJPEG);
	NUMBER(MEDIA_PAD_FL_SOURCE);
	NUMBER(MEDIA_LNK_FL_ENABLED);
	NUMBER(MEDIA_LNK_FL_IMMUTABLE);
	NUMBER(MEDIA_LNK_FL_LINK_TYPE);
	NUMBER(MEDIA_LNK_FL_DATA_LINK);
	NUMBER(MEDIA_LNK_FL_INTERFACE_LINK);
	NUMBER(V4L2_SUBDEV_FORMAT_ACTIVE);
	NUMBER(POLLIN);
	NUMBER(POLLPRI);
	NUMBER(POLLOUT);
	NUMBER(POLLERR);
	NUMBER(POLLHUP);
	NUMBER(POLLNVAL);
	NUMBER(O_RDONLY);
	NUMBER(O_WRONLY);
	NUMBER(O_RDWR);
	NUMBER(O_NONBLOCK);
}

/* Ours, which TypeScript fills in the same way. */
static void waits(void)
{
	SIZE(standstill);
	FIELD(standstill, fd);
	FIELD(standstill, type);
	FIELD(standstill, buffer_count);
	FIELD(standstill, part_count);
	FIELD(standstill, addresses);
	FIELD(standstill, parts[0].skipped);
	FIELD(standstill, parts[0].bytes_min);
	FIELD(standstill, parts[0].bytes_max);
	FIELD(standstill, parts[1].skipped);
	FIELD(standstill, parts[1].bytes_min);
	FIELD(standstill, parts[1].bytes_max);
	FIELD(standstill, buffer);
	FIELD(standstill, planes);
	FIELD(standstill, waits);
	FIELD(standstill, wait_count);
	FIELD(standstill, patience_ms);
	FIELD(standstill, end_us);
	FIELD(standstill, owed_us);
	FIELD(standstill, kept);
	FIELD(standstill, changed);
	FIELD(standstill, rows);
	FIELD(standstill, row_count);
	FIELD(standstill, strip_count);
	FIELD(standstill, vouch);
	FIELD(standstill, picture);
	FIELD(standstill, passed);
	FIELD(standstill, sequence);
	FIELD(standstill, captured_us);
	FIELD(standstill, came_us);
	FIELD(standstill, looked_us);
	FIELD(standstill, is_taken);
	FIELD(standstill, is_marked);
}

static void deliveries(void)
{
	SIZE(delivery);
	FIELD(delivery, fds[0]);
	FIELD(delivery, fds[1]);
	FIELD(delivery, fds[2]);
	FIELD(delivery, fds[3]);
	FIELD(delivery, host);
	FIELD(delivery, endpoint);
	FIELD(delivery, reports);
	FIELD(delivery, length);
	FIELD(delivery, at);
	FIELD(delivery, pending);
	FIELD(delivery, call);
	FIELD(delivery, cancelled);
	FIELD(delivery, patience_us);
	FIELD(delivery, until_us);
	NUMBER(ENDPOINTS);
	NUMBER(HOST_SPOKE);
}

static void errors(void)
{
	for (int number = 1; number < 134; number++) {
		const char *name = strerrorname_np(number);
		if (name) printf("%s %d\n", name, number);
	}
}

int main(void)
{
	requests();
	formats();
	sizes();
	buffers();
	media();
	constants();
	waits();
	deliveries();
	errors();
	return 0;
}
