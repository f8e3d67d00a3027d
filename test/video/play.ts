/** Captures from devices in user space (test/bench/fakev4l2), in a program of their own. */
import { expect } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job, Outcome, Report } from "../bench/fakev4l2/capture.ts";
import { buildFakeV4l2, environmentOf } from "../bench/fakev4l2/device.ts";

/** What is captured from, but for where it is. */
export type Play = Omit<Job, "device">;

/** A folder with devices and their scenes. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "linkrd-device-"));
  readonly #library = buildFakeV4l2(this.folder);

  /** Writes a file for the device `name`. @returns its path */
  write(name: string, bytes: Uint8Array): string {
    const path = this.path(name);
    writeFileSync(path, bytes);
    return path;
  }

  /** A path for something of the device `name`. */
  path(name: string): string {
    return join(this.folder, name.replaceAll(/[^\w.]/g, "-"));
  }

  /**
   * Plays all the devices at once in one program, each against a video thread of its own, which
   * must leave nothing open behind. @returns what came of each, by its name
   */
  play(plays: Readonly<Record<string, Play>>): Map<string, Outcome> {
    const devices = join(this.folder, "devices");
    mkdirSync(devices, { recursive: true });
    const jobs = Object.entries(plays).map(([name, play]): Job => {
      return { device: join(devices, name.replaceAll(/\W/g, "-")), ...play };
    });
    const file = join(this.folder, "jobs.json");
    writeFileSync(file, JSON.stringify(jobs));
    const script = join(import.meta.dir, "../bench/fakev4l2/capture.ts");
    const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, script, file], {
      env: environmentOf(this.#library, devices),
      timeout: 25_000,
    });
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    const report = JSON.parse(stdout.toString()) as Report;
    expect(report).toMatchObject({ descriptors: 0, mappings: 0 });
    const outcomes = report.outcomes.map((outcome, at) => [Object.keys(plays)[at] ?? "", outcome]);
    return new Map(outcomes as [string, Outcome][]);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
