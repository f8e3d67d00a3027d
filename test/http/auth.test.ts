import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Secret, TOTP } from "otpauth";
import { LIMITS } from "../../src/base/limits.ts";
import { cookieOf, form, Person } from "./person.ts";
import { type Ask, ask, openWorld, type Seen, type World } from "./world.ts";

const LOGIN = "/api/auth/login";
const CHECK = "/api/auth/check";
const LOGOUT = "/api/auth/logout";
const OK = '{\n    "ok": true,\n    "result": {}\n}';
const WRONG = envelope("ForbiddenError", "Forbidden");
const NOBODY = envelope("UnauthorizedError", "Unauthorized");
const TOKEN_FORM = envelope("ValidatorError", "The argument is not a valid auth token");
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

let world: World;
let admin: Person;
let token: string;

beforeAll(async () => {
  world = await openWorld();
  admin = await Person.enter(world, "admin", "pass:word");
  token = await world.token("all", ["view"]);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** What was wrong before has been forgotten. */
beforeEach(() => {
  world.time.aheadMs += LIMITS.login_delay_ms_max + LIMITS.login_memory_ms + 1;
});

function envelope(error: string, error_msg: string): string {
  return JSON.stringify({ ok: false, result: { error, error_msg } }, null, 4);
}

function check(headers: Record<string, string>, how: Ask = {}): Promise<Seen> {
  return ask(world.parts, CHECK, { headers, ...how });
}

function basic(text: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

function kvmd(user: string, passwd: string): Record<string, string> {
  return { "x-kvmd-user": user, "x-kvmd-passwd": passwd };
}

describe("login", () => {
  test("gives a session in a cookie and nowhere else", async () => {
    const seen = await admin.logIn();
    expect([seen.status, seen.body]).toEqual([200, OK]);
    expect(seen.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(seen.headers["set-cookie"]).toMatch(
      /^auth_token=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await check({ cookie: admin.cookie })).status).toBe(200);
  });

  test("has a Secure cookie on https", async () => {
    const seen = await ask(world.parts, LOGIN, {
      ...form({ user: "admin", passwd: "pass:word" }),
      secure: true,
    });
    expect(seen.headers["set-cookie"]).toEndWith("; SameSite=Strict; Secure");
  });

  test("takes a multipart form too, and no JSON", async () => {
    const body = new FormData();
    body.set("user", "admin");
    body.set("passwd", "pass:word");
    expect((await ask(world.parts, LOGIN, { method: "POST", body })).status).toBe(200);
    const json = JSON.stringify({ user: "admin", passwd: "pass:word" });
    const seen = await ask(world.parts, LOGIN, { method: "POST", body: json });
    const says = "The argument '' is not a valid username characters";
    expect([seen.status, seen.body]).toEqual([400, envelope("ValidatorError", says)]);
  });

  test("leads on to kvmd's pages and to no others", async () => {
    const fields = { user: "admin", passwd: "pass:word" };
    for (const redirect of ["/", "/kvm", "/kvm/"]) {
      const seen = await ask(world.parts, LOGIN, form({ ...fields, redirect }));
      expect([seen.status, seen.headers["location"]]).toEqual([302, redirect]);
      expect((await check({ cookie: cookieOf(seen) })).status).toBe(200);
    }
    for (const redirect of ["//evil.example", "https://evil.example/", "/x", "javascript:1"]) {
      const seen = await ask(world.parts, LOGIN, form({ ...fields, redirect }));
      const says = `The argument '${redirect}' is not a valid login redirect`;
      expect([seen.status, seen.body]).toEqual([400, envelope("ValidatorError", says)]);
    }
  });

  test("ends when its time is over", async () => {
    const fields = { user: "admin", passwd: "pass:word", expire: "60" };
    const cookie = cookieOf(await ask(world.parts, LOGIN, form(fields)));
    world.time.aheadMs += 59_000;
    expect((await check({ cookie })).status).toBe(200);
    world.time.aheadMs += 1000;
    expect((await check({ cookie })).status).toBe(403);
  });

  test("is told apart in nothing, whatever is wrong", async () => {
    for (const [user, passwd] of [
      ["admin", "wrong"],
      ["admin", ""],
      ["admin", "pass"],
      ["nobody", "pass:word"],
      ["a".repeat(128), "x"],
      ["admin", token],
      ["admin", "x".repeat(512)],
    ] as const) {
      const seen = await ask(world.parts, LOGIN, form({ user, passwd }));
      expect([user, seen.status, seen.body]).toEqual([user, 403, WRONG]);
      expect(seen.headers["set-cookie"]).toBeUndefined();
      world.time.aheadMs += LIMITS.login_delay_ms_max;
    }
  });

  test("has 400 for what has an illegal form, in kvmd's words", async () => {
    const good = { user: "admin", passwd: "pass:word" };
    const user = "is not a valid username characters";
    for (const [fields, says] of [
      [{ ...good, user: "Admin" }, `The argument 'Admin' ${user}`],
      [{ ...good, user: "admin\nroot" }, `The argument 'admin\\nroot' ${user}`],
      [{ ...good, user: "admin\0" }, `The argument 'admin\\x00' ${user}`],
      [{ ...good, user: "аdmin" }, `The argument 'аdmin' ${user}`],
      [{ ...good, user: " " }, `The argument '' ${user}`],
      [{ ...good, user: "a".repeat(129) }, "RAW limit exceed"],
      [{ ...good, passwd: "x\n" }, "The argument is not a valid passwd characters"],
      [{ ...good, passwd: "\0" }, "The argument is not a valid passwd characters"],
      [{ ...good, passwd: "x".repeat(513) }, "RAW limit exceed"],
      [{ ...good, expire: "1.5" }, "The argument '1.5' is not a valid expiration time"],
      [{ ...good, expire: "soon" }, "The argument 'soon' is not a valid expiration time"],
      [{ ...good, expire: "1".repeat(17) }, "RAW limit exceed"],
      [
        { ...good, expire: "-1" },
        "The argument '-1' must be expiration time and greater or equial than 0",
      ],
    ] as const) {
      const seen = await ask(world.parts, LOGIN, form(fields));
      expect([fields, seen.status, seen.body]).toEqual([
        fields,
        400,
        envelope("ValidatorError", says),
      ]);
    }
  });

  test("refuses a body of a megabyte, and lives through broken multipart", async () => {
    const big = await ask(world.parts, LOGIN, form({ user: "admin", passwd: "x".repeat(1 << 20) }));
    expect([big.status, big.body]).toEqual([413, "413: Request Entity Too Large"]);
    for (const body of ["--b\r\nno colon\r\n\r\nx\r\n--b--", "--b", "", "\0".repeat(1000)]) {
      const headers = { "content-type": "multipart/form-data; boundary=b" };
      const seen = await ask(world.parts, LOGIN, { method: "POST", headers, body });
      expect([body, seen.status]).toEqual([body, 400]);
    }
    const headers = { "content-type": "multipart/form-data" };
    const seen = await ask(world.parts, LOGIN, { method: "POST", headers, body: "x" });
    expect(seen.status).toBe(400);
  });

  test("is 429 with Retry-After under attack, and goes on for who is in", async () => {
    const wrong = form({ user: "admin", passwd: "wrong" });
    for (let times = 0; times <= LIMITS.login_free_failures_max; times++) {
      expect((await ask(world.parts, LOGIN, wrong)).status).toBe(403);
    }
    for (const how of [wrong, form({ user: "admin", passwd: "pass:word" })]) {
      const seen = await ask(world.parts, LOGIN, how);
      expect([seen.status, seen.headers["retry-after"]]).toEqual([429, "1"]);
      const says = "too many wrong passwords: try again in 1 s";
      expect(seen.body).toBe(envelope("TooManyRequestsError", says));
    }
    for (const headers of [basic("admin:pass:word"), kvmd("admin", "pass:word")]) {
      const seen = await check(headers);
      expect([seen.status, seen.headers["retry-after"]]).toEqual([429, "1"]);
    }
    expect((await check({ cookie: admin.cookie })).status).toBe(200);
    expect((await check(basic(`x:${token}`))).status).toBe(200);
  });

  test("takes the code of the second factor behind the password", async () => {
    const careful = await Person.enter(world, "careful", "right");
    await world.store.setTotp("careful", SECRET);
    expect((await careful.logIn()).status).toBe(403);
    expect((await check({ cookie: careful.cookie })).status).toBe(403);
    const timestamp = Date.now() + world.time.aheadMs;
    careful.password += TOTP.generate({ secret: Secret.fromBase32(SECRET), timestamp });
    expect((await careful.logIn()).status).toBe(200);
    const from = { peer: "198.51.100.7" };
    expect((await check(basic(`careful:${careful.password}`), from)).status).toBe(403);
  });

  test("cannot be had more than 64 times at once", async () => {
    const many = await Person.enter(world, "many");
    for (let count = 1; count < LIMITS.sessions_of_user_max; count++) {
      expect((await many.logIn()).status).toBe(200);
    }
    expect((await many.logIn()).status).toBe(429);
    await many.ask("POST", LOGOUT);
    expect((await many.logIn()).status).toBe(200);
  }, 60_000);
});

describe("check", () => {
  test("is 401 for nobody, and for what kvmd cannot read", async () => {
    for (const headers of [
      {},
      { cookie: "auth_token=" },
      { cookie: "other=1" },
      kvmd("", "pass:word"),
      { authorization: "Bearer x" },
      { authorization: `Bearer ${token}, Bearer ${token}` },
      { authorization: "Digest x" },
      { authorization: "Basic" },
      { authorization: "Basic !" },
      { authorization: "Basic /w==" },
      basic("admin"),
    ]) {
      const seen = await check(headers);
      expect([headers, seen.status, seen.body]).toEqual([headers, 401, NOBODY]);
      expect(seen.headers["www-authenticate"]).toBeUndefined();
    }
  });

  test("is 200 for a password with colons, in each way it can come", async () => {
    for (const headers of [
      basic("admin:pass:word"),
      { authorization: `bAsIc ${btoa("admin:pass:word")}` },
      kvmd("admin", "pass:word"),
      { cookie: admin.cookie },
      { cookie: `a=1; ${admin.cookie}; b=2` },
      { authorization: `token ${token}` },
      { authorization: `Bearer ${token}` },
      basic(`admin:${token}`),
    ]) {
      const seen = await check(headers);
      expect([headers, seen.status, seen.body]).toEqual([headers, 200, OK]);
    }
  });

  test("is 200 for a password beyond ASCII, as curl sends it in UTF-8", async () => {
    const password = "pässwörd €";
    const person = await Person.enter(world, "umlaut", password);
    expect(person.cookie).not.toBe("");
    const bytes = Buffer.from(password).toString("latin1");
    expect((await check(kvmd("umlaut", bytes))).status).toBe(200);
    expect((await check(basic(`umlaut:${password}`))).status).toBe(200);
  });

  test("lets the first that is there decide: headers, cookie, Basic", async () => {
    const cookie = { cookie: admin.cookie };
    const stale = { cookie: `auth_token=${"0".repeat(64)}` };
    const good = basic("admin:pass:word");
    for (const [headers, status] of [
      [{ ...kvmd("admin", "wrong"), ...cookie, ...good }, 403],
      [{ ...kvmd("admin", "pass:word"), ...stale, ...basic("admin:wrong") }, 200],
      [{ ...stale, ...good }, 403],
      [{ ...cookie, ...basic("admin:wrong") }, 200],
      [{ ...kvmd("", "wrong"), ...cookie }, 200],
    ] as const) {
      const seen = await check(headers);
      expect([headers, seen.status]).toEqual([headers, status]);
      world.time.aheadMs += LIMITS.login_delay_ms_max;
    }
  });

  test("is 400 for an illegal form, whose secret is not repeated", async () => {
    for (const cookie of ["x", "0".repeat(63), "F".repeat(64), "0".repeat(128)]) {
      const seen = await check({ cookie: `auth_token=${cookie}` });
      expect([cookie, seen.status, seen.body]).toEqual([cookie, 400, TOKEN_FORM]);
    }
    expect((await check(kvmd("Admin", "x"))).status).toBe(400);
    expect((await check(basic("admin:\u0007"))).status).toBe(400);
  });

  test("does not trust the unix socket", async () => {
    expect((await check({}, { peer: undefined })).status).toBe(401);
  });
});

describe("logout", () => {
  test("ends all of the user's sessions and no others", async () => {
    const other = await Person.enter(world, "other");
    const first = other.cookie;
    await other.logIn();
    const seen = await other.ask("POST", LOGOUT);
    expect([seen.status, seen.body]).toEqual([200, OK]);
    expect(seen.headers["set-cookie"]).toBeUndefined();
    for (const cookie of [first, other.cookie]) expect((await check({ cookie })).status).toBe(403);
    expect((await check({ cookie: admin.cookie })).status).toBe(200);
  });

  test("takes the cookie: without it is 400, without anything 401", async () => {
    const asked = (headers: Record<string, string>) =>
      ask(world.parts, LOGOUT, { method: "POST", headers });
    const seen = await asked(kvmd("admin", "pass:word"));
    expect([seen.status, seen.body]).toEqual([400, TOKEN_FORM]);
    expect((await asked({})).status).toBe(401);
    expect((await asked({ cookie: `auth_token=${"0".repeat(64)}` })).status).toBe(403);
  });
});

test("a session opens every route that an ability opens", async () => {
  const events = { events: [] };
  const origin = { "sec-fetch-site": "same-origin" };
  expect((await admin.ask("GET", "/api/public/snapshot")).status).toBe(200);
  expect((await admin.ask("GET", "/api/status")).status).toBe(200);
  expect((await admin.ask("POST", "/api/public/control", events, origin)).status).toBe(200);
});

test("no password, session or token is in the log", () => {
  const said = world.log.join("\n");
  for (const secret of ["pass:word", admin.cookie.slice(11), token]) {
    expect(said).not.toContain(secret);
  }
  expect(said).toContain("login who=admin");
});
