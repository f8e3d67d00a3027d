import { describe, expect, test } from "bun:test";
import { parseDocument } from "../../src/access/document.ts";
import { Fault } from "../../src/base/fault.ts";
import { renderPlacedFault } from "../../src/base/placed-fault.ts";
import { NOON, tokenBlock } from "./fixture.ts";
import { HASH } from "./generator.ts";

/** What is wrong with `text`, as `line:column message`. */
function faultsOf(text: string): string[] {
  try {
    parseDocument(text);
    return [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.code).toBe("bad_config");
    const faults = error.details["faults"] as Parameters<typeof renderPlacedFault>[0][];
    return faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

const token = (rest: string) => `version = 1\n${tokenBlock("a", "0", rest)}`;

describe("parseDocument", () => {
  test("reads the file as it is shipped: nobody", async () => {
    const shipped = await Bun.file(`${import.meta.dir}/../../config/access.toml`).text();
    expect(parseDocument(shipped)).toEqual({ users: [], tokens: [], warnings: [] });
  });

  test("reads users and tokens", () => {
    const secret = "JBSWY3DPEHPK3PXP";
    const user = `[[user]]\nname = "admin"\npassword = "${HASH}"\ntotp = "${secret}"\n`;
    const times = "created = 2026-11-21T12:00:00Z\nexpires = 2026-11-21T14:00:00+02:00\n";
    const document = parseDocument(`version = 1\n${user}${tokenBlock("ci", "A", times)}`);
    expect(document.users).toEqual([{ name: "admin", password: HASH, totp: secret }]);
    expect(document.tokens).toEqual([
      {
        name: "ci",
        user: "",
        sha256: "a".repeat(64),
        abilities: ["view"],
        created: NOON,
        expires: NOON,
        revoked: undefined,
      },
    ]);
  });

  test("takes times as TOML writes them, local ones as UTC, and as strings", () => {
    const expiresOf = (value: string) =>
      parseDocument(token(`expires = ${value}`)).tokens[0]?.expires;
    for (const value of ["2026-11-21T12:00:00", "2026-11-21 12:00:00Z", '"2026-11-21T12:00:00Z"']) {
      expect(expiresOf(value)).toBe(NOON);
    }
    expect(expiresOf("2026-11-21")).toBe(NOON - 43_200_000);
  });

  test("never takes an empty or cut file for one without users", () => {
    for (const text of ["", "\n", "# version = 1\n", "[[user]]\n", "\uFEFF"]) {
      expect(faultsOf(text)[0]).toStartWith('1:1 "version = 1" is missing');
    }
    expect(faultsOf("version = 2\n")).toEqual(['1:1 this linkrd reads only "version = 1"']);
    expect(faultsOf('version = "1"\n')).toEqual(['1:1 this linkrd reads only "version = 1"']);
  });

  test("says where a text stops being TOML", () => {
    expect(faultsOf("version = 1\n[[token]\n")[0]).toStartWith("2:");
    expect(faultsOf("version = 1\nversion = 1\n")[0]).toStartWith("2:1 not valid TOML from here");
    expect(faultsOf(token("expires = 2027-13-01\n"))[0]).toStartWith("6:");
  });

  test("names all faults together, each with its place", () => {
    const text = [
      "version = 1",
      "[[token]]",
      'name = "A"',
      `sha256 = "${"0".repeat(63)}"`,
      "expires = 2027-02-30T00:00:00Z",
      "[[token]]",
      'name = "b"',
      `sha256 = "${"g".repeat(64)}"`,
      "[[token]]",
      '  name = "b"',
      "revoked = true",
      "[[user]]",
      'password = "secret"',
      "totp = 7",
    ];
    expect(faultsOf(text.join("\n"))).toEqual([
      "3:1 Invalid Name Format: a-z 0-9 -, at most 20 characters",
      "4:1 not a SHA-256 digest: 64 hexadecimal digits",
      "5:1 expires is no date of the calendar: write 2027-02-19T00:00:00Z",
      "8:1 not a SHA-256 digest: 64 hexadecimal digits",
      "9:1 sha256 is missing",
      "10:3 name of an earlier token again: remove one of them",
      "11:1 revoked is no date of the calendar: write 2027-02-19T00:00:00Z",
      "12:1 name is missing",
      "13:1 not an argon2id hash of bearable cost: set it with: linkrd user password",
      "14:1 totp is not a string",
    ]);
  });

  test("refuses one digest under two names", () => {
    const text = `version = 1\n${tokenBlock("a", "0")}${tokenBlock("b", "0")}`;
    expect(faultsOf(text)).toEqual(["8:1 sha256 of an earlier token again: remove one of them"]);
  });

  test("places faults in inline arrays too", () => {
    const text = `version = 1\ntoken = [\n  { name = "a", sha256 = "" },\n]\nuser = 3\n`;
    expect(faultsOf(text)).toEqual([
      "3:17 not a SHA-256 digest: 64 hexadecimal digits",
      "5:1 user must be written as [[user]] blocks",
    ]);
  });

  test("refuses a misspelt key, which could leave a door open", () => {
    for (const key of ["expire", "Expires", "revokd", "expires_at", "abilites", "sha"]) {
      expect(faultsOf(token(`${key} = 1`))[0]).toStartWith("6:1 unknown key: did you mean ");
    }
    expect(faultsOf("version = 1\n[[tokens]]\n")).toEqual(["2:1 unknown key: did you mean token?"]);
  });

  test("leaves foreign keys alone, with a warning", () => {
    const { warnings, tokens } = parseDocument(`site.rack = 4\n${token("notes = 1")}`);
    expect(tokens.length).toBe(1);
    expect(warnings.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "1 unknown key, ignored",
      "7 unknown key, ignored",
    ]);
  });

  test("ignores an unknown ability, and no list allows nothing", () => {
    const text = 'version = 1\n[[token]]\nname = "a"\n';
    const digest = `sha256 = "${"0".repeat(64)}"\n`;
    const abilitiesOf = (list: string) => parseDocument(text + digest + list);
    const { tokens, warnings } = abilitiesOf('abilities = ["admin", "control", "*", 1, "view"]');
    expect(tokens[0]?.abilities).toEqual(["view", "control"]);
    expect(warnings.map(({ line, column }) => `${line}:${column}`)).toEqual([
      "5:14",
      "5:34",
      "5:39",
    ]);
    expect(abilitiesOf("abilities = []").tokens[0]?.abilities).toEqual([]);
    expect(abilitiesOf("").tokens[0]?.abilities).toEqual([]);
    expect(faultsOf(`${text}${digest}abilities = "view"`)).toHaveLength(1);
  });

  test("shows the line of a fault without its secrets", () => {
    const user = '[[user]]\nname = "x"\ntotp = "12 34 56"\npassword = "hunter2"\n';
    const raw = `[[token]]\nname = "a"\nsha256 = "radxa_linkr_${"A".repeat(86)}"\n`;
    try {
      parseDocument(`version = 1\n${user}${raw}`);
      expect.unreachable();
    } catch (error) {
      const { message, details } = error as Fault;
      const frames = (details["faults"] as Parameters<typeof renderPlacedFault>[0][])
        .map(renderPlacedFault)
        .join("\n");
      expect(frames).toContain("totp =*");
      for (const secret of ["12 34", "hunter2", "AAAA"])
        expect(frames + message).not.toContain(secret);
    }
  });

  test("tells how many faults there are, of which it spells out some", () => {
    const text = `version = 1\n${tokenBlock("A", "0").repeat(1000)}`;
    expect(() => parseDocument(text)).toThrow(/and 2988 more$/);
  });

  test("reads 10 000 blocks", () => {
    const blocks = Array.from({ length: 10_000 }, (_, at) =>
      tokenBlock(`t-${at}`, "0").replace("0".repeat(64), at.toString(16).padStart(64, "0")),
    );
    expect(parseDocument(`version = 1\n${blocks.join("\n")}`).tokens.length).toBe(10_000);
  });
});
