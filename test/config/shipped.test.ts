import { expect, test } from "bun:test";
import { parse } from "smol-toml";
import { scanToml } from "../../src/base/toml.ts";
import { parseSettings } from "../../src/config/load.ts";
import { TABLES } from "../../src/config/schema.ts";

const shipped = await Bun.file(`${import.meta.dir}/../../config/linkrd.toml`).text();

test("the shipped linkrd.toml states each default, of every key that there is", () => {
  const defaults = parseSettings("", "");
  expect(parseSettings(shipped, "linkrd.toml")).toEqual(defaults);
  expect<unknown>({ settings: { ...parse(shipped), wol: [] } }).toEqual(defaults);
});

test("it has the tables and keys in the order of the schema", () => {
  const headers = scanToml(shipped).filter(({ kind }) => kind === "table");
  const keys = scanToml(shipped).filter(({ kind }) => kind === "pair");
  expect(headers.map(({ path }) => path.join("."))).toEqual(Object.keys(TABLES));
  expect(keys.map(({ path }) => path.join("."))).toEqual(
    Object.entries(TABLES).flatMap(([table, entries]) =>
      Object.keys(entries).map((key) => `${table}.${key}`),
    ),
  );
});

test("each group of keys is preceded by a comment of at least two sentences", () => {
  const groups = shipped.split("\n\n").filter((group) => /^\w+ = /m.test(group));
  for (const group of groups) {
    const comment = group.match(/^#.*$/gm)?.join(" ") ?? "";
    expect(comment.match(/[.:!](?: |$)/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
  }
  expect(groups.length).toBeGreaterThan(12);
});
