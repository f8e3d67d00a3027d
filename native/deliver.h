/* What is told and asked of the way of reports to the host (deliver.c). abi.c tells its layout. */
#pragma once
#include <stdint.h>

enum { ENDPOINTS = 4 };

/* What linkrd_deliver answers when the host has said something, which has to be read first. */
enum { HOST_SPOKE = 1 };

struct delivery {
	/* Where each endpoint is open, or -1; and what the host speaks on, or -1. */
	int32_t fds[ENDPOINTS], host;
	/* Which endpoint the answer is about. */
	uint32_t endpoint;
	/* Of each report its endpoint, its length and as many bytes; where the next one is. */
	const uint8_t *reports;
	uint32_t length, at;
	/* A bit for each endpoint whose last report is not known to be taken. */
	uint32_t pending;
	/* Which call this is, and which one somebody else has called off. */
	uint32_t call;
	const uint32_t *cancelled;
	/* How long the host may take for one report, and when that time is over; 0: it takes none. */
	int64_t patience_us, until_us;
};
