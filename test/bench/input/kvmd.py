"""Starts the kvmd of a checkout as its own service does: kvmd.py SOURCE CONFIG SYSFS

SYSFS is a folder that stands for / where kvmd looks for USB device controllers.
"""

import sys
from types import SimpleNamespace

source, config, sysfs = sys.argv[1:]
sys.path.insert(0, source)
# Debian 12 has both older than kvmd asks for. Neither is on the way of an event.
sys.modules["async_lru"] = SimpleNamespace(alru_cache=lambda **_: lambda function: function)
sys.modules["gpiod"] = SimpleNamespace(EdgeEvent=object, LineRequest=object)

from kvmd import env  # noqa: E402

env.SYSFS_PREFIX = sysfs

from kvmd.apps.kvmd import main  # noqa: E402

main(["kvmd", "--config", config, "--run"])
