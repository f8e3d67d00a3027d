import { expect, test } from "bun:test";
import { createLog } from "../../../src/base/log.ts";
import { KvmdFault } from "../../../src/http/kvmd/dialect.ts";
import { StreamerPanel, type StreamerParts } from "../../../src/http/kvmd/streamer-state.ts";
import { Viewers } from "../../../src/http/viewers.ts";
import { Screen } from "../../../src/video/screen.ts";

const NOTHING = {
  quality: undefined,
  desired_fps: undefined,
  resolution: undefined,
  h264_bitrate: undefined,
  h264_gop: undefined,
};

/** A panel of a device that captures `format`. */
function panelOf(format: string) {
  const log = createLog(
    () => "error",
    () => undefined,
  );
  const order = () => undefined;
  const screen = new Screen({ order, nowUs: () => 0, inputUs: () => 0, log });
  const mode = { device: "d", driver: "d", format, width: 64, height: 48, tellsSignal: true };
  screen.receive({ kind: "state", state: { stage: "ok", mode } });
  const parts = {
    screen,
    viewers: new Viewers(),
    nowUs: () => 0,
    quality: () => screen.tuning.quality ?? 80,
    fpsMax: () => screen.tuning.fps ?? 30,
    fpsLimit: () => 30,
  };
  return { screen, panel: new StreamerPanel(parts as unknown as StreamerParts) };
}

test("a device that sends JPEGs has no quality to be set", () => {
  const { panel } = panelOf("MJPG");
  expect(panel.state).toMatchObject({
    features: { quality: false },
    params: { desired_fps: 30 },
    streamer: { encoder: { type: "HW" }, source: { resolution: { width: 64, height: 48 } } },
  });
  expect("quality" in panel.state.params).toBe(false);
  const refusal = () => panel.tune({ ...NOTHING, quality: 50, desired_fps: 10 });
  expect(refusal).toThrow(KvmdFault);
  expect(refusal).toThrow("This streamer does not support quality settings");
  expect(panel.state.params).toEqual({ desired_fps: 30 });
});

test("what is legal and beyond the limits is left, and the rest of it done", () => {
  const { panel, screen } = panelOf("YUYV");
  panel.tune({ ...NOTHING, quality: 50, desired_fps: 60 });
  expect(screen.tuning).toEqual({ quality: 50 });
  panel.tune({ ...NOTHING, desired_fps: 5 });
  expect(panel.state).toMatchObject({
    params: { quality: 50, desired_fps: 5 },
    streamer: { encoder: { type: "CPU", quality: 50 }, source: { desired_fps: 5 } },
  });
  panel.tune({ ...NOTHING, desired_fps: 0 });
  expect(panel.state.params.desired_fps).toBe(30);
});
