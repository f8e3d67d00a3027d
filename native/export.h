/* What bun:ffi is to see of the library; all else is hidden. */
#pragma once

#define EXPORT __attribute__((visibility("default")))
