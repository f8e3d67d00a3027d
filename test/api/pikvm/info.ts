/** Section 3: GET /api/info, whose values are this machine's. */
import { expect } from "bun:test";
import { hostname, release, totalmem, version } from "node:os";
import packageJson from "../../../package.json" with { type: "json" };
import type { Answer } from "../linkrd.ts";
import { notValid, type Row } from "./row.ts";

const INFO = "/api/info";
const ALL = ["auth", "extras", "fan", "health", "meta", "node", "system", "uptime"];
const LEGACY = ["auth", "extras", "fan", "hw", "meta", "node", "system", "uptime"];
const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
const HEALTH = ["cpu", "mem", "temp", "throttling"];
const PLATFORM = ["base", "board", "model", "serial", "type", "video"];

function resultOf({ json }: Answer): Record<string, Record<string, unknown>> {
  return (json as { result: Record<string, Record<string, unknown>> }).result;
}

/** The keys of `result`, or of what is in it at `path`, in kvmd's order. */
function keys(answer: Answer, ...path: string[]): string[] {
  const inner = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    resultOf(answer),
  );
  return Object.keys(inner as object);
}

function fields(section: string, query: string, expected: readonly string[]): Row {
  return {
    section: `3 ${section}`,
    path: `${INFO}${query}`,
    check: (answer) => expect(keys(answer)).toEqual([...expected]),
  };
}

function refused(section: string, query: string, message: string): Row {
  return { section: `3 ${section}`, path: `${INFO}${query}`, ...notValid(message) };
}

export const INFO_ROWS: readonly Row[] = [
  {
    section: "3 the default is the legacy layout",
    path: INFO,
    has: {
      auth: { enabled: true },
      extras: {},
      fan: { monitored: false, state: null },
      meta: { server: { host: hostname() } },
      node: { host: hostname() },
    },
    check: (answer) => {
      expect(keys(answer)).toEqual(LEGACY);
      expect(keys(answer, "hw")).toEqual(["health", "platform"]);
      expect(keys(answer, "hw", "health")).toEqual(HEALTH);
      expect(keys(answer, "hw", "platform")).toEqual(PLATFORM);
      expect(keys(answer, "system")).toEqual(["kernel", "kvmd", "streamer"]);
    },
  },
  {
    section: "3 legacy=0 has health at the top and platform in system",
    path: `${INFO}?legacy=0`,
    check: (answer) => {
      expect(keys(answer)).toEqual(ALL);
      expect(keys(answer, "health")).toEqual(HEALTH);
      expect(keys(answer, "system")).toEqual(["kernel", "kvmd", "platform", "streamer"]);
    },
  },
  {
    section: "3 system is this machine's, kvmd's version is MAJOR.MINOR",
    path: `${INFO}?fields=system`,
    has: {
      system: {
        kvmd: { version: "4.197" },
        streamer: { app: "linkrd", version: packageJson.version, features: {} },
        kernel: { system: "Linux", release: release(), version: version() },
      },
    },
  },
  {
    section: "3 health is this machine's",
    path: `${INFO}?fields=health`,
    check: (answer) => {
      const { cpu, mem, temp } = resultOf(answer)["health"] as {
        cpu: { percent: number };
        mem: { percent: number; total: number; available: number };
        temp: { cpu: number | null };
      };
      expect(Number.isInteger(cpu.percent)).toBeTrue();
      expect(cpu.percent).toBeWithin(0, 101);
      expect(mem.total).toBe(totalmem());
      expect(mem.available).toBeWithin(1, mem.total);
      expect(mem.percent).toBeCloseTo(100 * (1 - mem.available / mem.total), 1);
      if (temp.cpu !== null) expect(temp.cpu).toBeWithin(-40, 150);
    },
  },
  {
    section: "3 uptime and its parts",
    path: `${INFO}?fields=uptime`,
    check: (answer) => {
      const { total, parts } = resultOf(answer)["uptime"] as {
        total: number;
        parts: Record<string, number>;
      };
      const { days = 0, hours = 0, minutes = 0, seconds = 0 } = parts;
      expect(total).toBeGreaterThan(0);
      expect(((days * 24 + hours) * 60 + minutes) * 60 + seconds).toBe(total);
      expect(Math.max(hours / 24, minutes / 60, seconds / 60)).toBeLessThan(1);
    },
  },
  fields("fields are split by commas, blanks and tabs", "?fields=node,%20auth%09fan", [
    "auth",
    "fan",
    "node",
  ]),
  fields("fields have no case", "?fields=NODE", ["node"]),
  fields("hw alone", "?fields=hw", ["hw"]),
  fields("hw takes health in", "?fields=hw,health", ["hw"]),
  fields("hw and system", "?fields=hw,system", ["hw", "system"]),
  fields("health of the legacy layout", "?fields=health", ["health"]),
  fields("platform stays in system without hw", "?fields=system&legacy=yes", ["system"]),
  fields("empty fields are all", "?fields=", LEGACY),
  fields("fields of nothing but commas are all", "?fields=,%20,&legacy=no", ALL),
  {
    section: "3 platform is in system unless hw took it",
    path: `${INFO}?fields=system`,
    check: (answer) => expect(keys(answer, "system", "platform")).toEqual(PLATFORM),
  },
  refused(
    "an unknown field",
    "?fields=node,nope",
    "Failed sub-validator on one of the item of ['node', 'nope']",
  ),
  refused(
    "hw is no field without legacy",
    "?fields=hw&legacy=0",
    "Failed sub-validator on one of the item of ['hw']",
  ),
  refused("fields over the bound", `?fields=${"node,".repeat(103)}`, "RAW limit exceed"),
  refused("legacy that is empty", "?legacy=", `None argument is not a valid ${BOOL}`),
  refused("legacy that is no bool", "?legacy=2", `The argument '2' is not a valid ${BOOL}`),
  { section: "2.1 info is for nobody", path: INFO, as: "nobody", status: 401 },
];
