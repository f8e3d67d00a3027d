// SPDX-License-Identifier: MIT OR GPL-2.0
/* The device as a whole, and what the host at the other end of the cable sends (bridge.h). */
#include <linux/module.h>
#include <linux/platform_device.h>
#include "bridge.h"

static struct lab lab;
static bool is_there;
static uint width = 640, height = 360;
static int signal;

struct lab_source lab_source(const struct lab *lab)
{
	int error = lab->edid_blocks ? signal : ENOLINK;
	return (struct lab_source){ .width = width, .height = height, .error = error };
}

static int set_number(const char *text, const struct kernel_param *parameter)
{
	int error = param_set_int(text, parameter);
	if (!error && is_there) lab_tell_change(&lab);
	return error;
}

static const struct kernel_param_ops number = { .set = set_number, .get = param_get_int };
module_param_cb(width, &number, &width, 0644);
module_param_cb(height, &number, &height, 0644);
module_param_cb(signal, &number, &signal, 0644);

static int make_links(void)
{
	const u32 fixed = MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE;
	struct media_entity *csi2 = &lab.csi2.entity;
	int error = media_create_pad_link(&lab.bridge.entity, 0, csi2, 0, fixed);
	if (!error) error = media_create_pad_link(csi2, 1, &lab.isp.entity, 0, MEDIA_LNK_FL_ENABLED);
	if (!error) error = media_create_pad_link(csi2, 1, &lab.node.entity, 0, 0);
	return error;
}

static int probe(struct platform_device *device)
{
	int error;

	mutex_init(&lab.lock);
	strscpy(lab.media.model, "lab bridge", sizeof(lab.media.model));
	lab.media.dev = &device->dev;
	media_device_init(&lab.media);
	lab.v4l2.mdev = &lab.media;
	error = v4l2_device_register(&device->dev, &lab.v4l2);
	if (!error) error = lab_make_parts(&lab);
	if (!error) error = lab_make_node(&lab);
	if (!error) error = make_links();
	if (!error) error = v4l2_device_register_subdev_nodes(&lab.v4l2);
	if (!error) error = media_device_register(&lab.media);
	is_there = !error;
	return error;
}

/* Nothing is taken down again: the lab ends with the machine. */
static struct platform_driver driver = {
	.probe = probe,
	.driver = { .name = "labbridge", .suppress_bind_attrs = true },
};

static int __init begin(void)
{
	int error = platform_driver_register(&driver);
	if (error) return error;
	return PTR_ERR_OR_ZERO(platform_device_register_simple("labbridge", -1, NULL, 0));
}

module_init(begin);
MODULE_DESCRIPTION("An HDMI bridge behind a media controller, for tests");
MODULE_LICENSE("Dual MIT/GPL");
