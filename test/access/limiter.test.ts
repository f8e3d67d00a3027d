import { describe, expect, test } from "bun:test";
import { LoginLimiter } from "../../src/access/limiter.ts";
import { networkOf } from "../../src/access/network.ts";
import { Fault } from "../../src/base/fault.ts";
import { LIMITS } from "../../src/base/limits.ts";

const HERE = "192.0.2.1";
const THERE = "198.51.100.7";

class Login {
  now = 0;
  checks = 0;
  readonly limiter = new LoginLimiter(() => this.now);

  /** `right`, `wrong`, or after how many seconds to come back. */
  async try(password: "right" | "wrong", account = "admin", address = HERE) {
    try {
      const result = await this.limiter.attempt(account, address, async () => {
        this.checks += 1;
        return password === "right";
      });
      return result ? "right" : "wrong";
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expect(error.code).toBe("too_many");
      return error.details["retry_after_seconds"];
    }
  }

  /** Mistypes as often as costs nothing. */
  async mistype(account = "admin", address = HERE) {
    for (let times = 0; times < 3; times++) {
      expect(await this.try("wrong", account, address)).toBe("wrong");
    }
  }
}

describe("LoginLimiter", () => {
  test("three wrong passwords cost nothing, and a right one begins anew", async () => {
    const login = new Login();
    for (let times = 0; times < 3; times++) {
      await login.mistype();
      expect(await login.try("right")).toBe("right");
    }
    await login.mistype();
    expect(await login.try("wrong")).toBe("wrong");
    expect(await login.try("right")).toBe(1);
  });

  test("an hour is enough for 68 guesses, and each one after it for 60", async () => {
    const login = new Login();
    const guesses = [0, 0, 0];
    for (const [hour] of guesses.entries()) {
      login.checks = 0;
      for (; login.now < (hour + 1) * 3_600_000; login.now += 1000) {
        while ((await login.try("wrong")) === "wrong");
      }
      guesses[hour] = login.checks;
    }
    expect(guesses).toEqual([68, 60, 60]);
  });

  test("delays grow from 1 s to a minute, and end", async () => {
    const login = new Login();
    await login.mistype();
    for (const delay of [1, 2, 4, 8, 16, 32, 60, 60, 60]) {
      expect(await login.try("wrong")).toBe("wrong");
      expect(await login.try("right")).toBe(delay);
      login.now += delay * 1000 - 1;
      expect(await login.try("right")).toBe(1);
      login.now += 1;
    }
    expect(login.checks).toBe(3 + 9);
    expect(await login.try("right")).toBe("right");
  });

  test("an account waits whoever asks, and a network whatever account it asks for", async () => {
    const login = new Login();
    await login.mistype("admin", HERE);
    await login.try("wrong", "admin", HERE);
    expect(await login.try("right", "admin", THERE)).toBe(1);
    expect(await login.try("right", "other", HERE)).toBe(1);
    expect(await login.try("right", "other", THERE)).toBe("right");
  });

  test("all of a /64 waits, and no other network", async () => {
    const login = new Login();
    await login.mistype("one", "2001:db8::1");
    await login.try("wrong", "one", "2001:db8::1");
    expect(await login.try("right", "two", "2001:db8::ffff:2")).toBe(1);
    expect(await login.try("right", "two", "2001:db8:0:1::1")).toBe("right");
  });

  test("who has logged in before does not wait for what others do to the account", async () => {
    const login = new Login();
    await login.try("right", "admin", HERE);
    await login.mistype("admin", THERE);
    await login.try("wrong", "admin", THERE);
    expect(await login.try("right", "admin", THERE)).toBe(1);
    expect(await login.try("right", "admin", HERE)).toBe("right");
    await login.mistype("admin", HERE);
    await login.try("wrong", "admin", HERE);
    expect(await login.try("right", "admin", HERE)).toBe(1);
  });

  test("many at once are checked together only until there is a wait", async () => {
    const login = new Login();
    const all = (count: number) =>
      Promise.all(Array.from({ length: count }, () => login.try("right")));
    expect(await all(5)).toEqual(Array.from({ length: 5 }, () => "right"));
    await login.mistype();
    await login.try("wrong");
    login.now += 1000;
    login.checks = 0;
    const guesses = await Promise.all([login.try("wrong"), login.try("wrong"), login.try("right")]);
    expect(guesses).toEqual(["wrong", 1, 1]);
    expect(login.checks).toBe(1);
  });

  test("a check that could not be made counts neither way", async () => {
    const login = new Login();
    const busy = new Fault("too_many", "busy");
    const check = () => Promise.reject(busy);
    await expect(login.limiter.attempt("admin", HERE, check)).rejects.toBe(busy);
    expect(await login.try("right")).toBe("right");
  });

  test("wrong passwords are forgotten in the end", async () => {
    const login = new Login();
    for (let at = 0; at < 9; at++) {
      await login.try("wrong");
      login.now += 60_000;
    }
    login.now += LIMITS.login_memory_ms;
    await login.mistype();
    await login.try("wrong");
    expect(await login.try("wrong")).toBe(1);
  });

  test("a flood of addresses takes bounded memory and does not free its account", async () => {
    const login = new Login();
    await login.mistype("admin", "10.0.1.1");
    for (let at = 0; at < 6; at++) {
      await login.try("wrong", "admin", `10.0.0.${at}`);
      login.now += 2 ** at * 1000;
    }
    await login.try("wrong", "admin", THERE);
    for (let at = 0; at < 2 * LIMITS.login_keys_max; at++) {
      expect(await login.try("right", "admin", `2001:db8:${at.toString(16)}::1`)).toBe(60);
    }
    expect(await login.try("right", "admin", THERE)).toBe(60);
  });
});

test("networkOf takes IPv4 whole, IPv6 by its /64, and the one inside the other", () => {
  const networks: Record<string, string> = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "::FFFF:c000:201": "192.0.2.1",
    "2001:DB8::1": "2001:db8:0:0::/64",
    "2001:db8:0:0:1:2:3:4": "2001:db8:0:0::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
    "::": "0:0:0:0::/64",
    "::1": "0:0:0:0::/64",
    "1:2:3:4:5:6:7::": "1:2:3:4::/64",
    "1:2:3": "1:2:3",
    "1::2::3": "1::2::3",
    "1:2:3:4:5:6:7:8:9": "1:2:3:4:5:6:7:8:9",
    "12345::": "12345::",
    unix: "unix",
  };
  for (const [address, network] of Object.entries(networks)) {
    expect([address, networkOf(address)]).toEqual([address, network]);
  }
});
