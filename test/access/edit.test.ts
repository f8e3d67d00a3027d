import { describe, expect, test } from "bun:test";
import { parseDocument } from "../../src/access/document.ts";
import { applyEdit, type Edit } from "../../src/access/edit.ts";
import { random } from "../base/toml-generator.ts";
import { type Generated, generateAccess, HASH } from "./generator.ts";

const RUNS = 400;
const DIGEST = "f".repeat(64);
const ADD: Edit = {
  kind: "add",
  table: "token",
  values: { name: "new", user: "admin", sha256: DIGEST, abilities: ["view"], created: new Date(0) },
};
const revoke = (name: string): Edit => {
  return { kind: "set", table: "token", name, key: "revoked", value: new Date(86_400_000) };
};
const remove = (name: string): Edit => ({ kind: "delete", table: "token", name });

/** `text` without its blank lines: how blocks are parted may change next to a deleted one. */
function solid(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join("\n");
}

/** Calls `check` with many generated files, and says which seed it failed with. */
function everyFile(check: (file: Generated, next: () => number) => void): void {
  for (let seed = 1; seed <= RUNS; seed++) {
    const next = random(seed);
    const file = generateAccess(next);
    try {
      check(file, next);
    } catch (error) {
      throw new Error(`seed ${seed}:\n${file.text}`, { cause: error });
    }
  }
}

/**
 * The parts of `after` that are not in `before`, which must else be the same, in the same order.
 */
function inserted(before: string, after: string): string {
  let at = 0;
  let extra = "";
  for (const character of after) {
    if (before.startsWith(character, at)) at += character.length;
    else extra += character;
  }
  expect(at).toBe(before.length);
  return extra;
}

describe("applyEdit", () => {
  test("adds a block and keeps every byte there was", () => {
    everyFile((file) => {
      const { text, document } = applyEdit(file.text, ADD);
      expect(inserted(file.text, text).length).toBe(text.length - file.text.length);
      expect(document.tokens.map(({ name }) => name)).toContainAllValues([...file.tokens, "new"]);
      if (file.style === "blocks") expect(text.startsWith(file.text)).toBe(true);
    });
  });

  test("adds and takes away again, and the file is as it was", () => {
    everyFile((file) => {
      if (!file.text.endsWith("\n")) return;
      expect(applyEdit(applyEdit(file.text, ADD).text, remove("new")).text).toBe(file.text);
    });
  });

  test("revokes one token by one line or one pair", () => {
    everyFile((file, next) => {
      const name = file.tokens[Math.floor(next() * file.tokens.length)];
      if (name === undefined) return;
      const { text, document } = applyEdit(file.text, revoke(name));
      const extra = file.style === "blocks" ? "" : ", ";
      const added = text.length - file.text.length;
      expect(added).toBeGreaterThanOrEqual(`${extra}revoked = 1970-01-02T00:00:00Z`.length);
      expect(added).toBeLessThanOrEqual("\t\trevoked = 1970-01-02T00:00:00Z\r\n".length);
      inserted(file.text, text);
      for (const token of document.tokens) {
        expect(token.revoked).toBe(token.name === name ? 86_400_000 : undefined);
      }
    });
  });

  test("deletes one block with what belongs to it, and nothing else", () => {
    everyFile((file, next) => {
      const name = file.tokens[Math.floor(next() * file.tokens.length)];
      if (name === undefined) return;
      const { text, document } = applyEdit(file.text, remove(name));
      expect(document.tokens.map((token) => token.name)).not.toContain(name);
      const rest = file.segments.filter(({ owner }) => owner !== `token/${name}`);
      const wanted = rest.map((segment) => segment.text).join("");
      if (file.style === "one line") {
        expect(inserted(text, wanted)).toMatch(/^(, )?$/);
      } else {
        // The last element of an array takes the comma before it along.
        const elements = (all: string) => solid(all).replaceAll("},", "}");
        expect(elements(text)).toBe(elements(wanted));
      }
    });
  });

  test("sets a password where there is one and where there is none", () => {
    everyFile((file, next) => {
      const name = file.users[Math.floor(next() * file.users.length)];
      if (name === undefined) return;
      const hash = HASH.replace("t=2", "t=3");
      const edit: Edit = { kind: "set", table: "user", name, key: "password", value: hash };
      const { text, document } = applyEdit(file.text, edit);
      expect(document.users.find((user) => user.name === name)?.password).toBe(hash);
      const others = file.segments.filter(({ owner }) => owner !== `user/${name}`);
      if (file.style !== "one line") {
        for (const segment of others) expect(text).toContain(segment.text);
      }
      expect(parseDocument(text)).toEqual(document);
    });
  });

  test("leaves a neighbour's comment alone and takes the block's own", () => {
    const text = [
      "version = 1",
      "",
      "# Section: robots",
      "",
      "# the old robot",
      "[[token]]",
      'name = "old" # side',
      `sha256 = "${"0".repeat(64)}"`,
      "# revoked = 2026-12-01T08:00:00Z",
      "",
      "# Section: people",
      "",
      "# the new robot",
      "[[token]]",
      'name = "new"',
      `sha256 = "${"1".repeat(64)}"`,
      "",
    ];
    const without = (from: number, to: number) =>
      text.filter((_, at) => at < from || at >= to).join("\n");
    expect(applyEdit(text.join("\n"), remove("old")).text).toBe(without(4, 10));
    expect(applyEdit(text.join("\n"), remove("new")).text).toBe(`${without(11, 17)}\n`);
  });

  test("deletes the tables of a token wherever they stand", () => {
    const token = `[[token]]\nname = "a"\nsha256 = "${"0".repeat(64)}"\n`;
    const user = '[[user]]\nname = "b"\n';
    const text = `version = 1\n\n${token}\n${user}\n[token.notes]\nteam = "ops"\n`;
    expect(applyEdit(text, remove("a")).text).toBe(`version = 1\n\n${user}`);
  });

  test("is not misled by a string that looks like comments and headers", () => {
    const lines = ["version = 1", "x = '''", "# [[token]]", "# about a'''"];
    const token = ["[[token]]", 'name = "a"', `sha256 = "${"0".repeat(64)}"`, ""];
    const text = [...lines, ...token].join("\n");
    expect(applyEdit(text, remove("a")).text).toBe([...lines, ""].join("\n"));
  });

  test("writes strings that TOML reads back as they were", () => {
    const values = { name: "b", totp: "" };
    const text = 'version = 1\n[[user]]\nname = "a"\n';
    expect(applyEdit(text, { kind: "add", table: "user", values }).text).toBe(
      `${text}\n[[user]]\nname = "b"\ntotp = ""\n`,
    );
  });

  test("refuses a broken file and a name that is not there", () => {
    expect(() => applyEdit("", ADD)).toThrow('"version = 1" is missing');
    expect(() => applyEdit("version = 1\n", remove("a"))).toThrow("no token is named a");
    expect(() => applyEdit("version = 1\n", { ...ADD, values: { name: "a" } })).toThrow("sha256");
  });
});
