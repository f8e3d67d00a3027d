import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Machine } from "../../src/base/machine.ts";

/** A folder that is a machine's root, and what stands in its files. */
async function machineOf(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), "linkrd-machine-"));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const time = { nowMs: 0 };
  return {
    machine: new Machine(root, () => time.nowMs),
    write,
    time,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

test("a board of Radxa's", async () => {
  await using world = await machineOf({
    "proc/device-tree/model": "Radxa ROCK 5B\0",
    "proc/device-tree/serial-number": "a1b2c3d4e5f6\0",
    "proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0",
    "proc/meminfo": "MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:     250 kB\n",
    "proc/uptime": "90061.52 1234.00\n",
    "sys/class/thermal/thermal_zone0/type": "gpu-thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "60000\n",
    "sys/class/thermal/thermal_zone10/type": "center-thermal\n",
    "sys/class/thermal/thermal_zone10/temp": "10000\n",
    "sys/class/thermal/thermal_zone2/type": "bigcore0-cpu-thermal\n",
    "sys/class/thermal/thermal_zone2/temp": "34563\n",
  });
  const { machine } = world;
  expect(await machine.deviceTree("model")).toEqual(["Radxa ROCK 5B"]);
  expect(await machine.deviceTree("serial-number")).toEqual(["a1b2c3d4e5f6"]);
  expect(await machine.deviceTree("compatible")).toEqual(["radxa,rock-5b", "rockchip,rk3588"]);
  expect(await machine.memory()).toEqual({ total: 1_024_000, available: 256_000 });
  expect(await machine.uptimeSeconds()).toBe(90_061.52);
  expect(await machine.temperature()).toBe(34.563);
  expect(await machine.throttled()).toBeUndefined();
});

test("a Raspberry Pi tells what its firmware holds back", async () => {
  const file = "sys/devices/platform/soc/soc:firmware/get_throttled";
  await using world = await machineOf({ [file]: "50005\n" });
  expect(await world.machine.throttled()).toBe(0x50005);
});

test("the first zone stands for a processor that has none", async () => {
  await using world = await machineOf({
    "sys/class/thermal/thermal_zone3/type": "acpitz\n",
    "sys/class/thermal/thermal_zone3/temp": "-1000\n",
    "sys/class/thermal/thermal_zone12/type": "acpitz\n",
    "sys/class/thermal/thermal_zone12/temp": "99000\n",
  });
  expect(await world.machine.temperature()).toBe(-1);
});

test("the load is that since it was asked before, a second ago at least", async () => {
  const stat = (user: number, idle: number) => `cpu  ${user} 0 0 ${idle} 0 0 0 0 7 7\ncpu0 1 1\n`;
  await using world = await machineOf({ "proc/stat": stat(100, 300) });
  const { machine, time, write } = world;
  expect(await machine.cpuPercent()).toBe(25);
  await write("proc/stat", stat(190, 310));
  time.nowMs = 999;
  expect(await machine.cpuPercent()).toBe(25);
  time.nowMs = 1000;
  expect(await machine.cpuPercent()).toBe(90);
  time.nowMs = 2000;
  expect(await machine.cpuPercent()).toBe(90);
});

test("a machine that tells nothing, and one that tells nonsense", async () => {
  const zone = "sys/class/thermal/thermal_zone0";
  const nonsense = {
    "proc/stat": "cpu\n",
    "proc/meminfo": "MemTotal: many\n",
    "proc/uptime": "long\n",
    "proc/device-tree/model": "\0 \0",
    [`${zone}/type`]: "cpu-thermal\n",
    [`${zone}/temp`]: "hot\n",
  };
  for (const files of [{}, nonsense]) {
    await using world = await machineOf(files);
    const { machine } = world;
    expect(await machine.cpuPercent()).toBeUndefined();
    expect(await machine.memory()).toBeUndefined();
    expect(await machine.uptimeSeconds()).toBeUndefined();
    expect(await machine.temperature()).toBeUndefined();
    expect(await machine.throttled()).toBeUndefined();
    expect(await machine.deviceTree("model")).toEqual([]);
  }
});
