/*
 * Hands the reports of one call to their endpoints, in order, each when the host has taken the one
 * before, and waits until it has taken the last. A long text goes at the pace of the host: no
 * JavaScript runs between two reports, and nothing is written before there is room for it.
 */
#include <errno.h>
#include "deliver.h"
#include "export.h"
#include "sys.h"

/*
 * A host that goes away wakes whoever polls, but f_hid takes that back before anybody can look:
 * only a write tells. Who calls it off wakes nobody, either.
 */
enum { LOOK_AGAIN_MS = 100 };

enum { HEAD_BYTES = 2 };

/*
 * Waits for `fd`, a moment at most; `events` are 0 if nothing came yet. Answers 0, HOST_SPOKE if
 * there is nothing but that, or -errno: -EAGAIN when the time of this report is over, of which the
 * first look is no part: a report that comes with no time left is tried once.
 */
static int32_t wait_for(struct delivery *delivery, int32_t fd, int32_t *events)
{
	int64_t now = linkrd_monotonic_us();
	*events = 0;
	if (!delivery->until_us) delivery->until_us = now + delivery->patience_us;
	else if (now >= delivery->until_us) return -EAGAIN;
	if (__atomic_load_n(delivery->cancelled, __ATOMIC_SEQ_CST) == delivery->call) {
		return -ECANCELED;
	}
	struct pollfd ends[] = {{.fd = fd, .events = POLLOUT},
				{.fd = delivery->host, .events = POLLIN}};
	int64_t left_us = delivery->until_us - now;
	int64_t left_ms = left_us > 0 ? (left_us + 999) / 1000 : 0;
	int32_t wait_ms = left_ms < LOOK_AGAIN_MS ? (int32_t)left_ms : LOOK_AGAIN_MS;
	int32_t ready = linkrd_poll(ends, 2, wait_ms);
	*events = ends[0].revents;
	if (ready <= 0) return ready;
	return *events ? 0 : HOST_SPOKE;
}

/* Answers 0 when the endpoint has the next report. */
static int32_t write_next(struct delivery *delivery)
{
	const uint8_t *report = delivery->reports + delivery->at;
	uint32_t left = delivery->length - delivery->at;
	if (left < HEAD_BYTES || left - HEAD_BYTES < report[1] || report[0] >= ENDPOINTS) {
		return -EINVAL;
	}
	delivery->endpoint = report[0];
	int32_t fd = delivery->fds[report[0]], events;
	if (fd < 0) return -EBADF;
	for (;;) {
		int32_t result = wait_for(delivery, fd, &events);
		if (result) return result;
		/* Whatever came, or nothing: a write tells what it means. */
		int64_t written = linkrd_write(fd, report + HEAD_BYTES, report[1]);
		if (written == report[1]) break;
		if (written != -EAGAIN) return written < 0 ? (int32_t)written : -EMSGSIZE;
	}
	delivery->at += HEAD_BYTES + report[1];
	delivery->pending |= 1u << report[0];
	delivery->until_us = 0;
	return 0;
}

/* Answers 0 when the host has taken the last report of `endpoint` (f_hid: it is writable then). */
static int32_t wait_taken(struct delivery *delivery, uint32_t endpoint)
{
	int32_t events;
	delivery->endpoint = endpoint;
	do {
		int32_t result = wait_for(delivery, delivery->fds[endpoint], &events);
		if (result) return result;
	} while (!events);
	if (!(events & POLLOUT)) return -EIO;
	delivery->pending &= ~(1u << endpoint);
	delivery->until_us = 0;
	return 0;
}

/*
 * Answers 0 when the host has taken all reports, HOST_SPOKE, or -errno: -EBADF where an endpoint
 * is not open, -EAGAIN where the host has not taken a report in time, -ECANCELED, or what a write
 * said. Called again, it goes on with what is left.
 */
EXPORT int32_t linkrd_deliver(struct delivery *delivery)
{
	while (delivery->at < delivery->length) {
		int32_t result = write_next(delivery);
		if (result) return result;
	}
	for (uint32_t endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
		if (!(delivery->pending & 1u << endpoint)) continue;
		int32_t result = wait_taken(delivery, endpoint);
		if (result) return result;
	}
	return 0;
}
