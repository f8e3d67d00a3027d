/*
 * Measures how long a request takes to become a report: sends it, and waits for the report at the
 * FIFO that stands for the USB endpoint. One thread sends and sees, on one clock.
 *
 *   probe measure WHERE FIFO COUNT PAUSE_US END HANDSHAKE ONE TWO
 *   probe relay PORT FIFO ANSWER
 *
 * WHERE is a TCP port on this machine, or the path of a unix socket.
 * HANDSHAKE ("" for none), ONE, TWO and ANSWER are files. ONE and TWO are sent in turn, COUNT times
 * together, with pauses between of no regular length, PAUSE_US in the middle; 0 for none. END is
 * what each answer ends with; "" where none is awaited. It prints a line for each: nanoseconds to
 * the report, and to the end of the answer. The relay is the least that anything can do in the
 * place of linkrd: it writes a report for whatever comes, and then the answer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BYTES_MAX = 65536, WAIT_MS = 5000 };

struct text {
	char bytes[BYTES_MAX];
	size_t length;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void load(const char *path, struct text *text)
{
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text->bytes, sizeof(text->bytes));
	if (length < 0) die(path);
	text->length = (size_t)length;
	close(fd);
}

static long long now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return at;
}

static void at_once(int fd)
{
	int on = 1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on))) die("TCP_NODELAY");
}

static int reach(const char *where)
{
	struct sockaddr_in port = loopback(where);
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	int is_path = *where == '/';
	int server = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	strncpy(path.sun_path, where, sizeof(path.sun_path) - 1);
	const void *address = is_path ? (const void *)&path : (const void *)&port;
	if (connect(server, address, is_path ? sizeof(path) : sizeof(port))) die(where);
	if (!is_path) at_once(server);
	return server;
}

static void send_all(int fd, const struct text *text)
{
	if (write(fd, text->bytes, text->length) != (ssize_t)text->length) die("write");
}

static size_t take(int fd, char *into)
{
	ssize_t length = read(fd, into, BYTES_MAX);
	if (length <= 0) die("the connection or the endpoint has ended");
	return (size_t)length;
}

static int ends_with(const char *bytes, size_t length, const char *end)
{
	size_t wanted = strlen(end);
	return length >= wanted && !memcmp(bytes + length - wanted, end, wanted);
}

/* Sends, and notes when the report and the end of the answer are there. */
static void turn(int server, int endpoint, const struct text *request, const char *end)
{
	static char bytes[BYTES_MAX];
	struct pollfd fds[] = { { endpoint, POLLIN, 0 }, { server, POLLIN, 0 } };
	long long sent = now_ns(), report = 0, answer = *end ? 0 : -1;
	send_all(server, request);
	while (!report || !answer) {
		if (poll(fds, 2, WAIT_MS) <= 0) die("no report or answer");
		long long seen = now_ns() - sent;
		if (fds[0].revents) {
			take(endpoint, bytes);
			if (!report) report = seen;
		}
		if (fds[1].revents) {
			size_t length = take(server, bytes);
			if (!answer && ends_with(bytes, length, end)) answer = seen;
		}
	}
	printf("%lld %lld\n", report, answer);
}

static void measure(char **words)
{
	static struct text handshake, requests[2];
	static char bytes[BYTES_MAX];
	int endpoint = open(words[1], O_RDWR);
	int server = reach(words[0]);
	unsigned pause_us = (unsigned)atoi(words[3]);
	load(words[6], &requests[0]);
	load(words[7], &requests[1]);
	if (endpoint < 0) die(words[1]);
	if (*words[5]) {
		load(words[5], &handshake);
		send_all(server, &handshake);
		size_t length = take(server, bytes);
		if (length < 12 || memcmp(bytes, "HTTP/1.1 101", 12)) {
			fwrite(bytes, 1, length, stderr);
			exit(1);
		}
	}
	srand(1);
	for (int sent = 0; sent < atoi(words[2]); sent++) {
		if (pause_us) usleep(pause_us / 2 + (unsigned)rand() % pause_us);
		turn(server, endpoint, &requests[sent % 2], words[4]);
	}
}

static void relay(char **words)
{
	static struct text answer;
	static char bytes[BYTES_MAX];
	struct sockaddr_in at = loopback(words[0]);
	int endpoint = open(words[1], O_RDWR);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	load(words[2], &answer);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1)) die("bind");
	puts("ready");
	fflush(stdout);
	int client = accept(listener, NULL, NULL);
	at_once(client);
	for (;;) {
		take(client, bytes);
		if (write(endpoint, "\1\0\0", 3) != 3) die("report");
		send_all(client, &answer);
	}
}

/*
 * The client of a device is on another machine: here, it must not wait for what encodes frames.
 * Where the kernel knows no slices (before Linux 6.12) it does.
 */
static void see_at_once(void)
{
	struct sched_attr shortest = { .size = sizeof(shortest), .sched_runtime = 100000 };
	if (syscall(SYS_sched_setattr, 0, &shortest, 0)) die("sched_setattr");
}

int main(int count, char **words)
{
	see_at_once();
	if (count == 10 && !strcmp(words[1], "measure")) measure(words + 2);
	else if (count == 5 && !strcmp(words[1], "relay")) relay(words + 2);
	else return fputs("probe: wrong use\n", stderr), 2;
	return 0;
}
