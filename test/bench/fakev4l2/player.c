/* The hardware: fills buffers at a fixed rate, stalls, and goes away. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fakev4l2.h"

static void lose(struct device *device)
{
	if (device->gone) return;
	device->gone = 1;
	device->counters->lies++;
	syscall(SYS_close, device->ready);
	device->ready = -1;
}

/* Fills the oldest queued buffer with frame `sequence`, the lock not held while bytes move. */
static void fill(struct device *device, uint32_t sequence)
{
	uint32_t index = shift(device->queued, &device->queued_count);
	struct buffer *buffer = &device->buffers[index];
	uint64_t from = (uint64_t)(sequence % device->is.frames) * device->is.frame_step;
	struct timespec now;
	buffer->state = ACTIVE;
	pthread_mutex_unlock(&device->lock);
	ssize_t got = pread(device->scene_fd, device->memory + index * device->room,
			    device->is.length, (off_t)from);
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&device->lock);
	(void)got; /* A scene that is too short leaves what was there before, as hardware does. */
	buffer->state = DONE;
	buffer->sequence = sequence;
	buffer->at = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
	device->done[device->done_count++] = index;
	device->counters->made++;
	if (write(device->ready, "", 1) != 1) perror("fakev4l2: pipe");
}

static void *play(void *argument)
{
	struct device *device = argument;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&device->lock);
	while (device->streaming && !device->gone) {
		const struct lie *stall = lie_at(device, "stall", device->sequence);
		uint64_t stalled_ms = stall ? stall->value : 0;
		uint64_t wait_ns = 1000000000ull / device->is.fps + 1000000ull * stalled_ms;
		uint64_t ns = (uint64_t)next.tv_nsec + wait_ns;
		next.tv_sec += (time_t)(ns / 1000000000);
		next.tv_nsec = (long)(ns % 1000000000);
		if (stall) device->counters->lies++;
		int late = 0;
		while (device->streaming && late != ETIMEDOUT) {
			late = pthread_cond_timedwait(&device->stop, &device->lock, &next);
		}
		if (!device->streaming) break;
		/* Frames without a buffer have no number, so that none is left out of a scene. */
		if (lie_at(device, "gone", device->sequence)) lose(device);
		else if (device->queued_count > 0) fill(device, device->sequence++);
		else device->counters->missed++;
	}
	pthread_mutex_unlock(&device->lock);
	return NULL;
}

int start_player(struct device *device)
{
	sigset_t all, before;
	if (device->streaming) return 0;
	if (device->count == 0) return fail(EINVAL);
	device->streaming = 1;
	device->sequence = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&device->player, NULL, play, device);
	if (!error) pthread_setname_np(device->player, "fakev4l2");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) device->streaming = 0;
	return error ? fail(error) : 0;
}

void stop_player(struct device *device)
{
	char byte;
	if (device->streaming) {
		device->streaming = 0;
		pthread_cond_signal(&device->stop);
		pthread_mutex_unlock(&device->lock);
		pthread_join(device->player, NULL);
		pthread_mutex_lock(&device->lock);
	}
	for (; device->done_count > 0; device->done_count--) {
		if (read(device->fd, &byte, 1) != 1) break;
	}
	device->done_count = device->queued_count = 0;
	for (uint32_t i = 0; i < device->count; i++) device->buffers[i].state = IDLE;
}
