/** A person at the built binary, with a real curl. */
import { must } from "../lab/guest/run.ts";
import type { Linkrd } from "./linkrd.ts";

export const PASSWORD = "correct horse: battery";

export interface Curled {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
  readonly json: unknown;
}

/** `curl ARGUMENTS http://…/path`; a certificate of the device's own is taken. */
export async function curl(linkrd: Linkrd, path: string, ...words: string[]): Promise<Curled> {
  const url = `127.0.0.1:${linkrd.port}${path}`;
  const text = await must(["curl", "-sSik", "--max-time", "20", ...words, url]);
  const [head = "", ...rest] = text.replace(/^HTTP\/1.1 100.*?\r\n\r\n/s, "").split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  const json: unknown = /^content-type: \S*json/im.test(head) ? JSON.parse(body) : undefined;
  return { status, head, body, json };
}

/** A request with a JSON body, and with a cookie if there is one. */
export function post(
  linkrd: Linkrd,
  method: string,
  path: string,
  body: unknown,
  cookie = "",
  scheme: "http" | "https" = "http",
): Promise<Curled> {
  const json = ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];
  const sent = body === undefined ? [] : json;
  const known = cookie === "" ? [] : ["-b", cookie];
  return curl(linkrd, path, "--proto-default", scheme, "-X", method, ...known, ...sent);
}

/** Makes the user `admin` where there is none, and logs in. The cookie, as curl's -b takes it. */
export async function enter(linkrd: Linkrd): Promise<string> {
  await post(linkrd, "POST", "/api/setup", { user: "admin", password: PASSWORD });
  const fields = ["-d", "user=admin", "--data-urlencode", `passwd=${PASSWORD}`];
  const { head } = await curl(linkrd, "/api/auth/login", ...fields);
  return /^set-cookie: (auth_token=[0-9a-f]{64});/im.exec(head)?.[1] ?? "";
}
