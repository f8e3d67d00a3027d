import { describe, expect, test } from "bun:test";
import { FAULTS, Fault, type FaultCode } from "../../../src/base/fault.ts";
import {
  isKvmdPath,
  KvmdFault,
  kvmd,
  kvmdReply,
  straightened,
} from "../../../src/http/kvmd/dialect.ts";

describe("kvmd's envelope", () => {
  test("is printed with four blanks and keys in order, at every depth", async () => {
    const result = { b: [{ d: 1, c: [] }], a: { z: null, y: {} }, B: "ä" };
    const response = kvmdReply(result);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(await response.text()).toBe(`{
    "ok": true,
    "result": {
        "B": "ä",
        "a": {
            "y": {},
            "z": null
        },
        "b": [
            {
                "c": [],
                "d": 1
            }
        ]
    }
}`);
  });

  test("has an error inside, or is plain text where kvmd's server answers", async () => {
    const plain = [404, 405, 413];
    for (const code of Object.keys(FAULTS) as FaultCode[]) {
      const response = kvmd.fault(new Fault(code, "what: remedy"));
      const text = await response.text();
      expect(response.status).toBe(FAULTS[code].status);
      if (plain.includes(response.status)) expect(text).toStartWith(`${response.status}: `);
      else {
        const { ok, result } = JSON.parse(text);
        expect([code, ok]).toEqual([code, false]);
        expect(result.error).toMatch(/^[A-Z][A-Za-z]+Error$/);
        expect(typeof result.error_msg).toBe("string");
      }
    }
  });

  test("says what clients compare", async () => {
    for (const [code, error, message] of [
      ["bad_request", "ValidatorError", "what: remedy"],
      ["unauthorized", "UnauthorizedError", "Unauthorized"],
      ["no_video", "UnavailableError", "Service Unavailable"],
    ] as const) {
      const answer = await kvmd.fault(new Fault(code, "what: remedy")).json();
      expect(answer).toEqual({ ok: false, result: { error, error_msg: message } });
    }
  });
});

test("the paths of PiKVM's clients are its dialect's, and no others", () => {
  const theirs = [
    "/api/export/prometheus/metrics",
    "/api/switch",
    "/api/auth/login",
    "/api/info",
    "/api/hid/print",
    "/streamer/stream",
    "/api/ws",
  ];
  const ours = ["/api/status", "/api/tokens", "/api/information", "/streamers", "/x/api/auth", "/"];
  for (const path of theirs) expect([path, isKvmdPath(path)]).toEqual([path, true]);
  for (const path of ours) expect([path, isKvmdPath(path)]).toEqual([path, false]);
});

test("a fault may have the name that kvmd's clients know", async () => {
  const disabled = kvmd.fault(new KvmdFault("AtxDisabledError", "ATX is disabled"));
  expect(disabled.status).toBe(400);
  const result = { error: "AtxDisabledError", error_msg: "ATX is disabled" };
  expect(await disabled.json()).toEqual({ ok: false, result });
  expect(kvmd.fault(new KvmdFault("AtxIsBusyError", "busy", "conflict")).status).toBe(409);
});

test("a path is led on to the route that it means, and to no other", () => {
  const paths = new Set(["/api/info", "/api/status"]);
  const at = (path: string) => straightened(`http://127.0.0.1${path}`, paths);
  expect(at("/api/info/?fields=a//b")).toBe("/api/info?fields=a//b");
  expect(at("//api///info//")).toBe("/api/info");
  for (const path of ["/api/info", "/api/log/", "/api/status/", "//evil.example/api/info"]) {
    expect([path, at(path)]).toEqual([path, undefined]);
  }
});
