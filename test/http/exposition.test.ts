import { expect, test } from "bun:test";
import { exposition, single } from "../../src/http/exposition.ts";

test("a metric is its help, its type and its samples", () => {
  const requests = {
    name: "requests_total",
    type: "counter",
    help: "What was\nanswered, by \\ and so on.",
    samples: [
      { labels: { route: "/a/:b", code: "200" }, value: 3 },
      { labels: { route: 'a"b\\c\nd', code: "404" }, value: 0.25 },
    ],
  } as const;
  const text = exposition([requests, single("gauge", "ready", "Whether it is.", true)]);
  expect(text).toBe(
    "# HELP requests_total What was\\nanswered, by \\\\ and so on.\n" +
      "# TYPE requests_total counter\n" +
      'requests_total{route="/a/:b",code="200"} 3\n' +
      'requests_total{route="a\\"b\\\\c\\nd",code="404"} 0.25\n' +
      "# HELP ready Whether it is.\n" +
      "# TYPE ready gauge\n" +
      "ready 1\n",
  );
});

test("what never happened is not told", () => {
  const none = { name: "faults_total", type: "counter", help: "None.", samples: [] } as const;
  expect(exposition([none])).toBe("");
});
