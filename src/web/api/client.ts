/** Requests to linkrd, and its three ways to say no made one. */
import { WORDS } from "../words.ts";

/** A refusal, in the words of linkrd, or that it could not be reached. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The stable code of a problem, such as `wrong_password`; "" in the other dialects. */
  readonly code: string;
  /** What the refusal is about beside its sentence, such as the `key` of a field. */
  readonly details: Readonly<Record<string, unknown>>;
  /** How long to stay away; 0 when it was not said. */
  readonly retryAfterSeconds: number;

  constructor(status: number, message: string, about: Partial<ApiError> = {}) {
    super(message);
    this.status = status;
    this.code = about.code ?? "";
    this.details = about.details ?? {};
    this.retryAfterSeconds = about.retryAfterSeconds ?? 0;
  }

  /** The field that it is about; "" when it is about none. */
  get key(): string {
    const { key } = this.details;
    return typeof key === "string" ? key : "";
  }
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

export interface Sent {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as plain text. */
  readonly text?: string;
  readonly signal?: AbortSignal;
}

export class Api {
  readonly #onRefused: () => void;

  /** @param onRefused is called when a credential was not enough: the session may have ended */
  constructor(onRefused: () => void) {
    this.#onRefused = onRefused;
  }

  /** The JSON of an answer; undefined where it has none. @throws ApiError */
  async ask<Answer>(method: Method, path: string, sent: Sent = {}): Promise<Answer> {
    const response = await this.fetch(method, path, sent);
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return (isJson ? await response.json() : undefined) as Answer;
  }

  /** The answer itself. @throws ApiError when it is none of 2xx */
  async fetch(method: Method, path: string, sent: Sent = {}): Promise<Response> {
    const response = await send(method, path, sent);
    if (response.ok) return response;
    const error = await readError(response);
    const isAboutCredential = error.status === 401 || (error.status === 403 && error.code === "");
    if (isAboutCredential && path !== "/api/auth/login") this.#onRefused();
    throw error;
  }
}

async function send(method: Method, path: string, sent: Sent): Promise<Response> {
  const init: RequestInit = { method, signal: sent.signal ?? null };
  if (sent.json !== undefined) {
    init.body = JSON.stringify(sent.json);
    init.headers = { "content-type": "application/json" };
  } else if (sent.form !== undefined) {
    init.body = new URLSearchParams(sent.form);
  } else if (sent.text !== undefined) {
    init.body = sent.text;
  }
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (sent.signal?.aborted) throw cause;
    throw new ApiError(0, WORDS.errors.unreachable);
  }
}

/** RFC 9457, kvmd's envelope, or Linkr's: whichever the route speaks. */
async function readError(response: Response): Promise<ApiError> {
  const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 0);
  const text = await response.text();
  const body = parseObject(text);
  const result = body["result"] as { error_msg?: unknown } | undefined;
  const told = body["detail"] ?? body["message"] ?? result?.error_msg;
  const message = typeof told === "string" ? told : WORDS.errors.status(response.status);
  const data = body["data"] as Record<string, unknown> | null | undefined;
  const code = typeof body["code"] === "string" ? body["code"] : "";
  const details = { ...body, ...data };
  return new ApiError(response.status, message, { code, details, retryAfterSeconds });
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
