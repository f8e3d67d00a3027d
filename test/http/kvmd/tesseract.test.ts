import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../../../src/base/limits.ts";
import { Tesseract } from "../../../src/http/kvmd/tesseract.ts";

const { signal } = new AbortController();
const PICTURE = new Uint8Array(8);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "linkrd-ocr-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program in tesseract's place, which does `script`. */
async function standIn(script: string): Promise<Tesseract> {
  const path = join(folder, `program-${Bun.hash(script).toString(36)}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return new Tesseract(() => path);
}

test("has no languages where it is not installed", async () => {
  const tesseract = new Tesseract(() => undefined);
  expect(await tesseract.languages()).toEqual({ default: [], available: [] });
  const error = await tesseract.read(PICTURE, ["eng"], signal).catch((fault: unknown) => fault);
  expect(error).toMatchObject({ code: "system" });
});

test("has the languages that it lists, of which English is the default", async () => {
  const list = (...names: string[]) => standIn(`printf '%s\\n' 'List (3):' ${names.join(" ")}`);
  expect(await (await list("osd", "eng", "deu")).languages()).toEqual({
    default: ["eng"],
    available: ["deu", "eng", "osd"],
  });
  expect(await (await list("osd", "fra")).languages()).toEqual({
    default: ["fra"],
    available: ["fra", "osd"],
  });
});

test("is given the picture and the languages, and answers with the text", async () => {
  const tesseract = await standIn('echo "$@"; wc -c');
  expect(await tesseract.read(PICTURE, ["eng", "deu"], signal)).toBe(
    "stdin stdout -l eng+deu\n8\n",
  );
});

test("reads one picture at a time, and refuses more than may wait", async () => {
  const log = join(folder, "log");
  const tesseract = await standIn(`echo in >>${log}; cat >/dev/null; echo out >>${log}`);
  const reads = Array.from({ length: LIMITS.ocr_waiting_max }, () => {
    return tesseract.read(PICTURE, ["eng"], signal);
  });
  const refused = await tesseract.read(PICTURE, ["eng"], signal).catch((fault: unknown) => fault);
  expect(refused).toMatchObject({ code: "too_many" });
  await Promise.all(reads);
  const inAndOut = "in\nout\n".repeat(LIMITS.ocr_waiting_max);
  expect(await readFile(log, "utf8")).toBe(inAndOut);
  expect(await tesseract.read(PICTURE, ["eng"], signal)).toBe("");
});

test("a failure is told, and the next picture is read", async () => {
  const tesseract = await standIn('[ "$4" = eng ] || exit 3');
  const error = await tesseract.read(PICTURE, ["xyz"], signal).catch((fault: unknown) => fault);
  expect(error).toMatchObject({ code: "system", message: expect.stringContaining("status 3") });
  expect(await tesseract.read(PICTURE, ["eng"], signal)).toBe("");
});

test("ends with who asked for it", async () => {
  const leaving = new AbortController();
  const tesseract = await standIn("exec sleep 60");
  const read = tesseract.read(PICTURE, ["eng"], leaving.signal).catch((fault: unknown) => fault);
  leaving.abort();
  expect(await read).toBeInstanceOf(Error);
});
