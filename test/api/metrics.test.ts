/** Both paths of the metrics, as Prometheus' own tool reads them, and what the numbers tell. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { until } from "../lab/guest/run.ts";
import { Linkrd } from "./linkrd.ts";

const PROMTOOL = resolve(import.meta.dir, "../../build/promtool/usr/bin/promtool");
const KVMD = "/api/export/prometheus/metrics";

let linkrd: Linkrd;

beforeAll(async () => {
  if (!existsSync(PROMTOOL)) throw new Error(`${PROMTOOL} is missing: run scripts/setup.sh test`);
  linkrd = await Linkrd.start();
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

/** What promtool says of `text`, a line each. */
async function complaints(text: string): Promise<string[]> {
  const child = Bun.spawn([PROMTOOL, "check", "metrics"], {
    stdin: Buffer.from(text),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return said.join("").split("\n").filter(Boolean);
}

/** The value of one series of `text`, NaN when it is not there. */
function value(text: string, series: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

async function now(series: string): Promise<number> {
  return value((await linkrd.ask("/metrics")).text, series);
}

test("promtool finds nothing to say", async () => {
  await linkrd.control([["text", "a"]]);
  await linkrd.ask("/api/nothing");
  await linkrd.ask("/api/status", {}, "");
  const { status, headers, text } = await linkrd.ask("/metrics");
  expect([status, headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  expect(await complaints(text)).toEqual([]);
  expect(await complaints(`${text}linkrd_forged 1\n`)).not.toEqual([]);
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(series.length).toBeGreaterThan(30);
  expect(new Set(series.map((line) => line.replace(/ \S+$/, ""))).size).toBe(series.length);
});

test("kvmd's path has kvmd's names first, which alone promtool does not like", async () => {
  const { status, headers, text } = await linkrd.ask(KVMD);
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
  expect(text).toContain("# TYPE pikvm_atx_enabled gauge\npikvm_atx_enabled 0\n");
  for (const name of ["pikvm_atx_power", "pikvm_hw_mem_total", "pikvm_fan_monitored"]) {
    expect([name, value(text, name)]).toEqual([name, expect.any(Number)]);
    expect(value(text, name)).not.toBeNaN();
  }
  expect(value(text, "pikvm_hw_cpu_percent")).toBeWithin(0, 101);
  expect(text).toContain("# TYPE linkrd_http_requests_total counter\n");
  for (const line of await complaints(text)) expect(line).toMatch(/^pikvm_hw_/);
});

test("requests are counted by their route's pattern, whatever their path", async () => {
  const series = (method: string, route: string, code: number) =>
    `linkrd_http_requests_total{method="${method}",route="${route}",code="${code}"}`;
  const [unknown, revoke] = [
    series("GET", "none", 404),
    series("POST", "/api/tokens/:name/revoke", 403),
  ];
  const before = await now(unknown);
  for (const path of ["/a", "/b", "/api/status/x"]) await linkrd.ask(path);
  expect(await now(unknown)).toBe((Number.isNaN(before) ? 0 : before) + 3);
  for (const name of ["my-first", "my-second"]) {
    await linkrd.ask(`/api/tokens/${name}/revoke`, { method: "POST" });
  }
  expect(await now(revoke)).toBe(2);
  await linkrd.ask("/metrics", { method: "PROPFIND" });
  expect(await now(series("other", "/metrics", 405))).toBe(1);
  expect((await linkrd.ask("/metrics")).text).not.toContain("my-");
});

test("faults, tokens and their checks are counted", async () => {
  const faults = 'linkrd_faults_total{code="bad_request"}';
  await linkrd.control("no batch");
  const before = await now(faults);
  await linkrd.control("no batch");
  expect(await now(faults)).toBe(before + 1);
  const unknown = 'linkrd_token_checks_total{result="unknown"}';
  await linkrd.ask("/api/status", {}, "radxa_linkr_nothing");
  expect(await now(unknown)).toBeGreaterThan(0);
  expect(await now('linkrd_tokens{status="active"}')).toBe(1);
  expect(await now('linkrd_tokens{status="revoked"}')).toBe(0);
  const checks = 'linkrd_token_checks_total{result="active"}';
  const checked = await now(checks);
  expect(await now(checks)).toBe(checked + 1);
});

test("frames and reports are counted, and the state of both is told", async () => {
  const reports = 'linkrd_hid_reports_total{result="taken"}';
  const taken = await now(reports);
  await linkrd.control([["text", "ab"]]);
  expect(await now(reports)).toBeGreaterThanOrEqual(taken + 4);
  await linkrd.snapshot();
  await until("the counts of the video thread", 15, async () => {
    const { text } = await linkrd.ask("/metrics");
    const encoded = value(text, "linkrd_video_encoded_frames_total");
    if (encoded === 0) return undefined;
    expect(value(text, "linkrd_video_captured_frames_total")).toBeGreaterThanOrEqual(encoded);
    expect(value(text, "linkrd_video_encode_seconds_total")).toBeGreaterThan(0);
    return true;
  });
  expect(await now("linkrd_video_ready")).toBe(1);
  expect(await now('linkrd_video_stage{stage="ok"}')).toBe(1);
  expect(await now('linkrd_video_stage{stage="no signal"}')).toBe(0);
  expect(await now("linkrd_hid_ready")).toBe(1);
});

test("the process is told by the names that every process has", async () => {
  const { text } = await linkrd.ask("/metrics");
  expect(value(text, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(value(text, "process_cpu_seconds_total")).toBeGreaterThan(0);
  const age = Date.now() / 1000 - value(text, "process_start_time_seconds");
  expect(age).toBeWithin(0, 600);
  expect(await now("process_start_time_seconds")).toBe(value(text, "process_start_time_seconds"));
  const open = value(text, "process_open_fds");
  expect(open).toBeWithin(5, value(text, "process_max_fds"));
});

test("it is for tokens with metrics, in each way that Prometheus can send one", async () => {
  const blind = await linkrd.newToken("blind", "--abilities", "view");
  const scraper = await linkrd.newToken("scraper", "--abilities", "metrics");
  const ask = (path: string, headers: Record<string, string>) => linkrd.ask(path, { headers }, "");
  const basic = `Basic ${btoa(`prometheus:${scraper}`)}`;
  for (const path of ["/metrics", KVMD]) {
    expect((await ask(path, { authorization: basic })).status).toBe(200);
    expect((await ask(path, { authorization: `Bearer ${blind}` })).status).toBe(403);
    expect((await ask(path, {})).status).toBe(401);
  }
});
