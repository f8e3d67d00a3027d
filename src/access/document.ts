/**
 * access.toml, read. A file that is empty or cut short is valid TOML, so `version = 1` is demanded;
 * whatever could quietly open a door (a misspelt `expires`, a date that no calendar has) refuses
 * the whole file, and whatever can only close one (an ability nobody knows) is ignored with a
 * warning.
 */
import { parse, TomlDate, TomlError, type TomlTable } from "smol-toml";
import { nearest } from "../base/nearest.ts";
import type { PlacedFault } from "../base/placed-fault.ts";
import { DIGEST_TEXT } from "./digest.ts";
import { Findings, findingAt, findingsFault, type Path } from "./findings.ts";
import { parseInstant } from "./instant.ts";
import { isPasswordHash } from "./phc.ts";
import { ABILITIES, type Ability, isAbility, isTokenName, isUserName } from "./token.ts";

export const VERSION = 1;

export interface User {
  readonly name: string;
  /** An argon2id hash in PHC form; empty: no password lets this user in. */
  readonly password: string;
  /** Base32 secret (RFC 4648) of the second factor; empty: none. */
  readonly totp: string;
}

export interface Token {
  readonly name: string;
  /** Who made it, for the list; a token stands on its own. */
  readonly user: string;
  /** Lower-case hex SHA-256 of the token's text. */
  readonly sha256: string;
  readonly abilities: readonly Ability[];
  /** Milliseconds since the epoch, as are the next two. */
  readonly created: number | undefined;
  readonly expires: number | undefined;
  readonly revoked: number | undefined;
}

export interface AccessDocument {
  readonly users: readonly User[];
  readonly tokens: readonly Token[];
  readonly warnings: readonly PlacedFault[];
}

/**
 * The document in `text`. A Fault `bad_config` names everything that is wrong with it at once, each
 * with line and column (`details.faults`, of base/placed-fault.ts).
 */
export function parseDocument(text: string, file = "access.toml"): AccessDocument {
  return new Review(parseRoot(text, file), file, text).document();
}

/** `text` as TOML, whatever it says; a Fault `bad_config` with line and column if it is none. */
export function parseRoot(text: string, file = "access.toml"): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n", 1)[0]?.replace("Invalid TOML document: ", "");
    throw findingsFault([findingAt(file, text, error, `not valid TOML from here: ${reason}`)]);
  }
}

const ROOT_KEYS = ["version", "user", "token"];
const USER_KEYS = ["name", "password", "totp"];
const TOKEN_KEYS = ["name", "user", "sha256", "abilities", "created", "expires", "revoked"];
const TOTP_SECRET = /^[A-Za-z2-7]{16,128}=*$/;

class Review {
  readonly #root: TomlTable;
  readonly #faults: Findings;
  readonly #warnings: Findings;

  constructor(root: TomlTable, file: string, text: string) {
    this.#root = root;
    this.#faults = new Findings(file, text);
    this.#warnings = this.#faults.sibling();
  }

  document(): AccessDocument {
    const version = this.#root["version"];
    if (version === undefined) {
      this.#faults.say(
        [],
        `"version = ${VERSION}" is missing: the file is empty, cut short or foreign`,
      );
    } else if (version !== VERSION) {
      this.#faults.say(["version"], `this linkrd reads only "version = ${VERSION}"`);
    }
    this.#knownKeys(this.#root, [], ROOT_KEYS);
    const users = this.#tables("user").map((table, at) => this.#user(table, ["user", at]));
    const tokens = this.#tables("token").map((table, at) => this.#token(table, ["token", at]));
    this.#unique(users, "user", "name");
    this.#unique(tokens, "token", "name");
    this.#unique(tokens, "token", "sha256");
    if (this.#faults.count > 0) throw findingsFault(this.#faults.placed(), this.#faults.count);
    return { users, tokens, warnings: this.#warnings.placed() };
  }

  #user(table: TomlTable, path: Path): User {
    this.#knownKeys(table, path, USER_KEYS);
    const name = this.#string(table, path, "name");
    if (name !== undefined && !isUserName(name)) {
      this.#faults.say(
        [...path, "name"],
        "not a user name: a-z 0-9 @ . _ -, at most 32 characters",
      );
    }
    const password = this.#string(table, path, "password", "") ?? "";
    if (password !== "" && !isPasswordHash(password)) {
      const remedy = "set it with: linkrd user password";
      this.#faults.say([...path, "password"], `not an argon2id hash of bearable cost: ${remedy}`);
    }
    const totp = this.#string(table, path, "totp", "") ?? "";
    if (totp !== "" && !TOTP_SECRET.test(totp)) {
      this.#faults.say([...path, "totp"], "not a base32 secret of 16 or more characters: A-Z 2-7");
    }
    return { name: name ?? "", password, totp };
  }

  #token(table: TomlTable, path: Path): Token {
    this.#knownKeys(table, path, TOKEN_KEYS);
    const name = this.#string(table, path, "name");
    if (name !== undefined && !isTokenName(name)) {
      this.#faults.say([...path, "name"], "Invalid Name Format: a-z 0-9 -, at most 20 characters");
    }
    const sha256 = this.#string(table, path, "sha256")?.toLowerCase();
    if (sha256 !== undefined && !DIGEST_TEXT.test(sha256)) {
      this.#faults.say([...path, "sha256"], "not a SHA-256 digest: 64 hexadecimal digits");
    }
    return {
      name: name ?? "",
      sha256: sha256 ?? "",
      user: this.#string(table, path, "user", "") ?? "",
      abilities: this.#abilities(table, path),
      created: this.#instant(table, path, "created"),
      expires: this.#instant(table, path, "expires"),
      revoked: this.#instant(table, path, "revoked"),
    };
  }

  /** No list and an empty list are the same: the token may do nothing. */
  #abilities(table: TomlTable, path: Path): readonly Ability[] {
    const value = table["abilities"] ?? [];
    if (!Array.isArray(value)) {
      this.#faults.say([...path, "abilities"], 'abilities must be a list, such as ["view"]');
      return [];
    }
    value.forEach((item, at) => {
      if (typeof item === "string" && isAbility(item)) return;
      const known = ABILITIES.join(", ");
      this.#warnings.say(
        [...path, "abilities", at],
        `unknown ability, ignored: choose from ${known}`,
      );
    });
    return ABILITIES.filter((ability) => value.includes(ability));
  }

  #instant(table: TomlTable, path: Path, key: string): number | undefined {
    const value = table[key];
    if (value === undefined) return undefined;
    const at = [...path, key];
    // Of a TOML date what is written counts: smol-toml rolls the 30th of February over into March.
    const written = value instanceof TomlDate ? this.#faults.written(at) : value;
    const instant = typeof written === "string" ? parseInstant(written) : undefined;
    if (instant === undefined) {
      this.#faults.say(at, `${key} is no date of the calendar: write 2027-02-19T00:00:00Z`);
    }
    return instant;
  }

  /** The string at `key`, else `absent` if that is given; a fault and undefined otherwise. */
  #string(table: TomlTable, path: Path, key: string, absent?: string): string | undefined {
    const value = table[key] ?? absent;
    if (typeof value === "string") return value;
    this.#faults.say(
      [...path, key],
      `${key} is ${value === undefined ? "missing" : "not a string"}`,
    );
    return undefined;
  }

  #tables(key: string): TomlTable[] {
    const value = this.#root[key] ?? [];
    if (Array.isArray(value) && value.every(isTable)) return value;
    this.#faults.say([key], `${key} must be written as [[${key}]] blocks`);
    return [];
  }

  /**
   * A key that looks like a misspelt one refuses the file; one that is just foreign is left alone.
   */
  #knownKeys(table: TomlTable, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(table)) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known) ?? known.find((name) => key.startsWith(name));
      if (meant !== undefined)
        this.#faults.say([...path, key], `unknown key: did you mean ${meant}?`);
      else this.#warnings.say([...path, key], "unknown key, ignored");
    }
  }

  #unique<Key extends "name" | "sha256">(
    items: readonly { readonly [K in Key]: string }[],
    table: string,
    key: Key,
  ): void {
    const seen = new Set<string>();
    items.forEach((item, at) => {
      const value = item[key];
      if (value !== "" && seen.has(value)) {
        this.#faults.say(
          [table, at, key],
          `${key} of an earlier ${table} again: remove one of them`,
        );
      }
      seen.add(value);
    });
  }
}

/** Whether a value of smol-toml's is a table, and neither an array nor a date. */
export function isTable(value: unknown): value is TomlTable {
  return Object.prototype.toString.call(value) === "[object Object]";
}
