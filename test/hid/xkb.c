/*
 * What a Linux desktop types: reads evdev key codes and values (`30 1`), a pair a line, and prints
 * the text that libxkbcommon makes of them with the keymap and the dead keys of Debian.
 *
 *   xkb LAYOUT VARIANT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon.h>

/* The distance of X11 key codes from those of evdev. */
#define EVDEV_OFFSET 8

static void *need(void *part, const char *name) {
	if (part) return part;
	fprintf(stderr, "xkb: no %s\n", name);
	exit(1);
}

static void print(const char *text) { fputs(strcmp(text, "\r") == 0 ? "\n" : text, stdout); }

static void press(struct xkb_state *state, struct xkb_compose_state *compose, xkb_keycode_t key) {
	char text[64] = "";
	xkb_compose_state_feed(compose, xkb_state_key_get_one_sym(state, key));
	switch (xkb_compose_state_get_status(compose)) {
	case XKB_COMPOSE_COMPOSING:
		return;
	case XKB_COMPOSE_COMPOSED:
		xkb_compose_state_get_utf8(compose, text, sizeof text);
		break;
	case XKB_COMPOSE_CANCELLED:
		strcpy(text, "<cancelled>");
		break;
	default:
		xkb_state_key_get_utf8(state, key, text, sizeof text);
	}
	print(text);
	xkb_compose_state_reset(compose);
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	struct xkb_rule_names names = {"evdev", "pc105", argv[1], argv[2], ""};
	struct xkb_context *context = need(xkb_context_new(XKB_CONTEXT_NO_FLAGS), "context");
	struct xkb_keymap *keymap = need(xkb_keymap_new_from_names(context, &names, 0), "keymap");
	struct xkb_state *state = need(xkb_state_new(keymap), "state");
	struct xkb_compose_table *table =
		need(xkb_compose_table_new_from_locale(context, "en_US.UTF-8", 0), "compose table");
	struct xkb_compose_state *compose = need(xkb_compose_state_new(table, 0), "compose state");
	unsigned code, value;
	while (scanf("%u %u", &code, &value) == 2) {
		if (value) press(state, compose, code + EVDEV_OFFSET);
		xkb_state_update_key(state, code + EVDEV_OFFSET, value ? XKB_KEY_DOWN : XKB_KEY_UP);
	}
	return 0;
}
