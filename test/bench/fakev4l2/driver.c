/* The driver: what each ioctl answers. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fakev4l2.h"

enum { PAGE = 4096 };

static int request_buffers(struct device *device, struct v4l2_requestbuffers *request)
{
	if (request->memory != V4L2_MEMORY_MMAP) return fail(EINVAL);
	if (device->streaming) return fail(EBUSY);
	if (device->memory) munmap(device->memory, device->count * device->room);
	if (device->memory_fd >= 0) syscall(SYS_close, device->memory_fd);
	device->memory = NULL;
	device->memory_fd = -1;
	device->count = device->queued_count = device->done_count = 0;
	if (request->count == 0) return 0;
	uint32_t count = device->is.buffers ? device->is.buffers : request->count;
	device->count = request->count = count < BUFFERS_MAX ? count : BUFFERS_MAX;
	device->room = (device->is.length + PAGE - 1) / PAGE * PAGE + (device->is.length ? 0 : PAGE);
	size_t size = device->count * device->room;
	device->memory_fd = memfd_create("fakev4l2", MFD_CLOEXEC);
	if (device->memory_fd < 0 || ftruncate(device->memory_fd, (off_t)size)) return fail(ENOMEM);
	void *memory = (void *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
				       device->memory_fd, 0);
	if (memory == MAP_FAILED) return fail(ENOMEM);
	device->memory = memory;
	memset(device->buffers, 0, sizeof(device->buffers));
	return 0;
}

static int query_buffer(struct device *device, struct v4l2_buffer *buffer)
{
	if (buffer->index >= device->count) return fail(EINVAL);
	buffer->length = device->is.length;
	buffer->m.offset = (uint32_t)(buffer->index * device->room);
	buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	return 0;
}

static int queue(struct device *device, const struct v4l2_buffer *buffer)
{
	if (buffer->memory != V4L2_MEMORY_MMAP || buffer->index >= device->count) return fail(EINVAL);
	if (device->buffers[buffer->index].state != IDLE) return fail(EINVAL);
	device->buffers[buffer->index].state = QUEUED;
	device->queued[device->queued_count++] = buffer->index;
	return 0;
}

/* Tells of one lie that is due for `frame`. */
static const struct lie *told(struct device *device, const char *kind, uint32_t frame)
{
	const struct lie *lie = lie_at(device, kind, frame);
	if (lie) device->counters->lies++;
	return lie;
}

static int dequeue(struct device *device, struct v4l2_buffer *buffer)
{
	const struct lie *lie;
	char byte;
	if (!device->streaming) return fail(device->gone ? ENODEV : EINVAL);
	pthread_mutex_unlock(&device->lock);
	ssize_t got = read(device->fd, &byte, 1);
	pthread_mutex_lock(&device->lock);
	if (got < 0) return -1;
	if (got == 0 || device->done_count == 0) return fail(device->gone ? ENODEV : EAGAIN);
	uint32_t index = shift(device->done, &device->done_count);
	struct buffer *filled = &device->buffers[index];
	filled->state = IDLE;
	device->counters->taken++;
	query_buffer(device, (buffer->index = index, buffer));
	buffer->flags |= V4L2_BUF_FLAG_MAPPED;
	buffer->field = V4L2_FIELD_NONE;
	buffer->sequence = filled->sequence;
	buffer->timestamp = filled->at;
	uint32_t frame = filled->sequence % device->is.frames;
	uint32_t used = frame < FRAMES_USED_MAX ? device->is.used[frame] : 0;
	buffer->bytesused = used ? used : device->is.format.sizeimage;
	if ((lie = told(device, "bytesused", filled->sequence))) buffer->bytesused = lie->value;
	if ((lie = told(device, "index", filled->sequence))) buffer->index = lie->value;
	if ((lie = told(device, "sequence", filled->sequence))) buffer->sequence = lie->value;
	if (told(device, "error", filled->sequence)) buffer->flags |= V4L2_BUF_FLAG_ERROR;
	if ((lie = told(device, "errno", filled->sequence))) return fail((int)lie->value);
	return 0;
}

static int capability(const struct device *device, struct v4l2_capability *capability)
{
	*capability = (struct v4l2_capability){ .card = "Bench", .version = 1 };
	strcpy((char *)capability->driver, device->is.driver);
	strcpy((char *)capability->bus_info, "platform:fakev4l2");
	capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
	capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
	return 0;
}

static int enum_format(struct device *device, struct v4l2_fmtdesc *entry)
{
	if (entry->index > 0 || entry->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
	entry->flags = 0;
	strcpy((char *)entry->description, "the scene");
	entry->pixelformat = device->is.offered;
	return 0;
}

static int enum_size(struct device *device, struct v4l2_frmsizeenum *entry)
{
	if (entry->index > 0 || entry->pixel_format != device->is.offered) return fail(EINVAL);
	entry->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	entry->discrete.width = device->is.format.width;
	entry->discrete.height = device->is.format.height;
	return 0;
}

static int enum_interval(struct device *device, struct v4l2_frmivalenum *entry)
{
	if (entry->index > 0 || entry->pixel_format != device->is.offered) return fail(EINVAL);
	entry->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	entry->discrete = (struct v4l2_fract){ 1, device->is.fps };
	return 0;
}

static int format(struct device *device, unsigned long request, struct v4l2_format *format)
{
	if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
	if (request == VIDIOC_S_FMT && device->count > 0) return fail(EBUSY);
	format->fmt.pix = device->is.format;
	return 0;
}

static int rate(struct device *device, struct v4l2_streamparm *parameters)
{
	if (parameters->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
	memset(&parameters->parm, 0, sizeof(parameters->parm));
	parameters->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	parameters->parm.capture.timeperframe = (struct v4l2_fract){ 1, device->is.fps };
	return 0;
}

static int enum_input(struct v4l2_input *input)
{
	if (input->index > 0) return fail(EINVAL);
	*input = (struct v4l2_input){ .name = "Bench", .type = V4L2_INPUT_TYPE_CAMERA };
	return 0;
}

static int query_timings(struct device *device, struct v4l2_dv_timings *timings)
{
	const struct description *is = &device->is;
	if (!is->timings) return fail(ENOTTY);
	int changed = is->mode_after && device->sequence >= is->mode_after;
	if (is->signal && (changed || !is->mode_after)) return fail((int)is->signal);
	*timings = (struct v4l2_dv_timings){ .type = V4L2_DV_BT_656_1120 };
	timings->bt.width = is->format.width << changed;
	timings->bt.height = is->format.height;
	return 0;
}

static int get_control(struct device *device, struct v4l2_control *control)
{
	uint32_t value = 0;
	if (control->id == V4L2_CID_DV_RX_POWER_PRESENT) value = device->is.power;
	if (control->id == V4L2_CID_DV_RX_RGB_RANGE) value = device->is.rgb_range;
	if (!value) return fail(EINVAL);
	control->value = (int)value - 1;
	return 0;
}

int answer(struct device *device, unsigned long request, void *argument)
{
	if (device->gone) return fail(ENODEV);
	if (_IOC_NR(request) == device->is.refused) {
		device->counters->lies++;
		return fail((int)device->is.refused_errno);
	}
	switch (request) {
	case VIDIOC_QUERYCAP: return capability(device, argument);
	case VIDIOC_ENUM_FMT: return enum_format(device, argument);
	case VIDIOC_ENUM_FRAMESIZES: return enum_size(device, argument);
	case VIDIOC_ENUM_FRAMEINTERVALS: return enum_interval(device, argument);
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
	case VIDIOC_TRY_FMT: return format(device, request, argument);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM: return rate(device, argument);
	case VIDIOC_ENUMINPUT: return enum_input(argument);
	case VIDIOC_G_INPUT: return *(int *)argument = 0;
	case VIDIOC_S_INPUT: return *(int *)argument == 0 ? 0 : fail(EINVAL);
	case VIDIOC_QUERY_DV_TIMINGS: return query_timings(device, argument);
	case VIDIOC_S_DV_TIMINGS: return device->is.timings ? 0 : fail(ENOTTY);
	case VIDIOC_G_CTRL: return get_control(device, argument);
	case VIDIOC_QUERYCTRL:
	case VIDIOC_S_CTRL: return fail(EINVAL);
	case VIDIOC_REQBUFS: return request_buffers(device, argument);
	case VIDIOC_QUERYBUF: return query_buffer(device, argument);
	case VIDIOC_QBUF: return queue(device, argument);
	case VIDIOC_DQBUF: return dequeue(device, argument);
	case VIDIOC_STREAMON: return start_player(device);
	case VIDIOC_STREAMOFF: return stop_player(device), 0;
	default: return fail(ENOTTY);
	}
}
