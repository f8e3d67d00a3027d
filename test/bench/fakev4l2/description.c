/* What a device is: the lines `name value` of its file, and `lie kind first count value`. */
#include <stdio.h>
#include <stdlib.h>
#include "fakev4l2.h"

const struct lie *lie_at(const struct device *device, const char *kind, uint32_t frame)
{
	for (uint32_t i = 0; i < device->is.lies_count; i++) {
		const struct lie *lie = &device->is.lies[i];
		if (strcmp(lie->kind, kind) || frame < lie->first) continue;
		if (frame - lie->first < lie->count) return lie;
	}
	return NULL;
}

static void read_line(struct description *is, const char *line)
{
	struct lie lie = { 0 };
	char name[32] = "", word[512] = "";
	uint32_t value = 0, frame = 0;
	if (sscanf(line, "lie %15s %u %u %u", lie.kind, &lie.first, &lie.count, &lie.value) == 4) {
		if (is->lies_count < LIES_MAX) is->lies[is->lies_count++] = lie;
		return;
	}
	if (sscanf(line, "refuse %u %u", &is->refused, &is->refused_errno) == 2) return;
	if (sscanf(line, "used %u %u", &frame, &value) == 2) {
		if (frame < FRAMES_USED_MAX) is->used[frame] = value;
		return;
	}
	if (sscanf(line, "%31s %511s", name, word) != 2) return;
	value = (uint32_t)strtoul(word, NULL, 10);
	if (!strcmp(name, "driver")) snprintf(is->driver, 16, "%.15s", word);
	if (!strcmp(name, "scene")) strcpy(is->scene, word);
	if (!strcmp(name, "counters")) strcpy(is->counters, word);
	if (!strcmp(name, "offered")) memcpy(&is->offered, word, 4);
	if (!strcmp(name, "pixelformat")) memcpy(&is->format.pixelformat, word, 4);
	if (!strcmp(name, "width")) is->format.width = value;
	if (!strcmp(name, "height")) is->format.height = value;
	if (!strcmp(name, "bytesperline")) is->format.bytesperline = value;
	if (!strcmp(name, "sizeimage")) is->format.sizeimage = value;
	if (!strcmp(name, "colorspace")) is->format.colorspace = value;
	if (!strcmp(name, "quantization")) is->format.quantization = value;
	if (!strcmp(name, "fps")) is->fps = value;
	if (!strcmp(name, "frames")) is->frames = value;
	if (!strcmp(name, "frame_step")) is->frame_step = value;
	if (!strcmp(name, "buffers")) is->buffers = value;
	if (!strcmp(name, "length")) is->length = value;
	if (!strcmp(name, "timings")) is->timings = value;
	if (!strcmp(name, "signal")) is->signal = value;
	if (!strcmp(name, "power")) is->power = value + 1;
	if (!strcmp(name, "rgb_range")) is->rgb_range = value + 1;
	if (!strcmp(name, "mode_after")) is->mode_after = value;
}

int read_description(const char *path, struct description *is)
{
	char line[640];
	FILE *file = fopen(path, "re");
	if (!file) return -1;
	*is = (struct description){ .fps = 30, .frames = 1, .refused = UINT32_MAX };
	strcpy(is->driver, "fakev4l2");
	is->format.field = V4L2_FIELD_NONE;
	is->format.pixelformat = V4L2_PIX_FMT_YUYV;
	while (fgets(line, sizeof(line), file)) read_line(is, line);
	fclose(file);
	if (!is->offered) is->offered = is->format.pixelformat;
	if (!is->fps) is->fps = 1;
	if (!is->frames) is->frames = 1;
	return 0;
}
