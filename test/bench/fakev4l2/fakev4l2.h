/*
 * A V4L2 capture device in user space, for any program: preloaded, it plays every file of a folder.
 *
 * LINKRD_BENCH_DEVICES names the folder. Each file in it is a device and describes it, in lines
 * that are read at each open (description.c). preload.c takes over open, close, ioctl and mmap;
 * driver.c answers the ioctls; player.c is the hardware: a thread that copies a frame of the scene
 * into the oldest queued buffer at each tick, named fakev4l2 so that its time can be told from the
 * program's. The descriptor is the reading end of a pipe with a byte in it for each filled buffer,
 * so that poll, select and epoll are the kernel's own.
 *
 * The device may lie as hardware does, frame by frame. Shapes and errors are those of
 * userspace-api/media/v4l and of drivers/media/common/videobuf2.
 */
#pragma once
#include <errno.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>

enum { BUFFERS_MAX = 32, LIES_MAX = 64, FRAMES_USED_MAX = 16 };
enum { IDLE, QUEUED, ACTIVE, DONE };

/* What is told falsely from frame `first` on, `count` times. */
struct lie {
	char kind[16]; /* bytesused, index, error, errno, sequence, stall, gone */
	uint32_t first, count, value;
};

struct description {
	char driver[16], scene[512], counters[512];
	struct v4l2_pix_format format;
	/* HDMI: whether there is such, the errno of the signal, 1 + what the controls of power and RGB
	   range say, and the frame from which on the signal is that, or another. */
	uint32_t timings, signal, power, rgb_range, mode_after;
	uint32_t fps, frames, frame_step;
	uint32_t used[FRAMES_USED_MAX]; /* bytes of a frame of the scene; 0: the size of an image */
	uint32_t offered; /* the one pixel format that VIDIOC_ENUM_FMT tells of */
	uint32_t buffers; /* that VIDIOC_REQBUFS makes; 0: as many as were asked for */
	uint32_t length; /* bytes of a buffer */
	uint32_t refused, refused_errno; /* number of an ioctl, and how it fails */
	struct lie lies[LIES_MAX];
	uint32_t lies_count;
};

/* Frames made, handed out, and lost for want of a buffer: shared with who measures. */
struct counters {
	uint64_t made, taken, missed, lies;
};

struct buffer {
	int state;
	uint32_t sequence;
	struct timeval at;
};

struct device {
	struct description is;
	struct counters *counters;
	int fd, ready, memory_fd, scene_fd;
	uint8_t *memory;
	size_t room; /* bytes of memory a buffer takes, whole pages */
	struct buffer buffers[BUFFERS_MAX];
	uint32_t count, queued[BUFFERS_MAX], done[BUFFERS_MAX], queued_count, done_count;
	uint32_t sequence;
	int streaming, gone;
	pthread_t player;
	pthread_mutex_t lock;
	pthread_cond_t stop;
};

static inline int fail(int error)
{
	errno = error;
	return -1;
}

/* The first of a FIFO of buffer numbers, which moves up. */
static inline uint32_t shift(uint32_t *queue, uint32_t *count)
{
	uint32_t first = queue[0];
	memmove(queue, queue + 1, --*count * sizeof(*queue));
	return first;
}

/* Reads what the device at `path` is. -1 and errno if there is none. */
int read_description(const char *path, struct description *is);

/* The lie of `kind` that is due for `frame`, or NULL. */
const struct lie *lie_at(const struct device *device, const char *kind, uint32_t frame);

/* The player; both with the lock held, which stop_player lets go while the thread ends. */
int start_player(struct device *device);
void stop_player(struct device *device);

/* Answers an ioctl as a device does that has no timings, events or controls; the lock is held. */
int answer(struct device *device, unsigned long request, void *argument);
