import { expect, test } from "bun:test";
import { TokenRate } from "../../src/access/token-rate.ts";
import { LIMITS } from "../../src/base/limits.ts";

/** How many requests of `token` are taken before one is refused. */
function burst(rate: TokenRate, token: string): number {
  for (let taken = 0; ; taken++) {
    try {
      rate.take(token);
    } catch (error) {
      expect(error).toMatchObject({ code: "too_many", details: { retry_after_seconds: 1 } });
      return taken;
    }
  }
}

test("a token may send a burst, and then as many a second as its bucket gains", () => {
  let now = 0;
  const rate = new TokenRate(() => now);
  expect(burst(rate, "a")).toBe(LIMITS.token_requests_max);
  expect(burst(rate, "b")).toBe(LIMITS.token_requests_max);
  now += 1000;
  expect(burst(rate, "a")).toBe(LIMITS.token_requests_per_second_max);
  now += 1000 / LIMITS.token_requests_per_second_max;
  expect(burst(rate, "a")).toBe(1);
  now += 3_600_000;
  expect(burst(rate, "a")).toBe(LIMITS.token_requests_max);
});
