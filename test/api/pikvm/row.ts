/** One row of the conformance table, and the client that asks it as one of PiKVM's would. */
import { expect } from "bun:test";
import type { OpenApi } from "../../../src/http/openapi.ts";
import { checkAnswer, operationFor } from "../../http/documented.ts";
import type { Answer, Linkrd } from "../linkrd.ts";
import { PASSWORD } from "../person.ts";

/** How a client says who it is. */
export type Who =
  | "cookie"
  | "headers"
  | "basic"
  | "token"
  | "bearer"
  | "token as password"
  | "nobody";

export interface Row {
  /** The section of the PiKVM reference that the row holds, and what of it. */
  readonly section: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** A session's cookie unless said otherwise. */
  readonly as?: Who;
  /** Headers besides the credential. */
  readonly send?: Readonly<Record<string, string>>;
  readonly body?: string | FormData | URLSearchParams;
  /** 200 unless said otherwise. */
  readonly status?: number;
  /** Headers of the answer: "" stands for one that is not there. */
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  /** The exact `result` of kvmd's envelope. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** `result` has at least these, and these values. */
  readonly has?: Readonly<Record<string, unknown>>;
  /** `result.error` and `result.error_msg` of an envelope that says no. */
  readonly error?: readonly [name: string, message: string | RegExp];
  /** The whole body, where there is no envelope. */
  readonly text?: string | RegExp;
  /** What else must hold of the answer. */
  readonly check?: (answer: Answer, world: World) => void | Promise<void>;
  /** It has no end, changes something or takes long: it is not asked again with HEAD. */
  readonly once?: true;
}

export interface World {
  readonly linkrd: Linkrd;
  /** The user `admin`, whose password is PASSWORD. */
  readonly cookie: string;
  /** What the binary tells of its API: each answer is held against it. */
  readonly document: OpenApi;
  /** Operations of the document that have said yes. */
  readonly answered: Set<string>;
}

export function credentials(who: Who, { linkrd, cookie }: World): Record<string, string> {
  const basic = (password: string) => ({ authorization: `Basic ${btoa(`admin:${password}`)}` });
  switch (who) {
    case "cookie":
      return { cookie };
    case "headers":
      return { "x-kvmd-user": "admin", "x-kvmd-passwd": PASSWORD };
    case "basic":
      return basic(PASSWORD);
    case "token as password":
      return basic(linkrd.token);
    case "token":
      return { authorization: `token ${linkrd.token}` };
    case "bearer":
      return { authorization: `Bearer ${linkrd.token}` };
    case "nobody":
      return {};
  }
}

/** Asks what `row` says, and a HEAD besides where that must answer alike. */
export async function hold(row: Row, world: World): Promise<void> {
  const { method = "GET", path, as = "cookie", status = 200 } = row;
  const headers = { ...credentials(as, world), ...row.send };
  const body = row.body === undefined ? {} : { body: row.body };
  const how = { method, headers, ...body, redirect: "manual" } as const;
  const answer = await world.linkrd.ask(path, how, "");
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  const given = { status, headers: answer.headers.toJSON(), body: answer.text };
  checkAnswer(world.document, { method, path }, given);
  const known = operationFor(world.document, { method, path });
  if (known && status < 400) world.answered.add(known.operation.operationId);
  for (const [name, value] of Object.entries(row.headers ?? {})) {
    const given = answer.headers.get(name) ?? "";
    if (typeof value === "string") expect([name, given]).toEqual([name, value]);
    else expect(given).toMatch(value);
  }
  expectBody(row, answer);
  await row.check?.(answer, world);
  if (method === "GET" && row.once === undefined) {
    const head = await world.linkrd.ask(path, { ...how, method: "HEAD" }, "");
    const type = answer.headers.get("content-type");
    expect([head.status, head.headers.get("content-type"), head.text]).toEqual([status, type, ""]);
  }
}

function expectBody(row: Row, answer: Answer): void {
  if (row.text !== undefined) {
    if (typeof row.text === "string") expect(answer.text).toBe(row.text);
    else expect(answer.text).toMatch(row.text);
  }
  const isEnveloped = row.result !== undefined || row.has !== undefined || row.error !== undefined;
  if (!isEnveloped) return;
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const { ok, result, ...rest } = answer.json as { ok: boolean; result: Record<string, unknown> };
  expect([ok, rest]).toEqual([answer.status === 200, {}]);
  if (row.result !== undefined) expect(result).toEqual(row.result);
  if (row.has !== undefined) expect(result).toMatchObject(row.has);
  if (row.error === undefined) return;
  const [error, message] = row.error;
  expect(Object.keys(result).toSorted()).toEqual(["error", "error_msg"]);
  expect(result["error"]).toBe(error);
  if (typeof message === "string") expect(result["error_msg"]).toBe(message);
  else expect(result["error_msg"]).toMatch(message);
}

/** The refusal of a parameter, as a row has it. */
export function notValid(message: string): Pick<Row, "status" | "error"> {
  return { status: 400, error: ["ValidatorError", message] };
}
