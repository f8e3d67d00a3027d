/**
 * What linkrd does to access.toml, as operations on whatever the text is by the time of writing.
 */
import { Fault } from "../base/fault.ts";
import { parseDocument, type Token } from "./document.ts";
import { applyEdit, type Edit, type Edited } from "./edit.ts";
import type { Ability } from "./token.ts";

/** A step from one text of access.toml to the next; `file` is what faults call it. */
export type Operation = (text: string, file: string) => Edited;

/**
 * Faults `conflict` with the vendor's words, `Name Already Exists`. Times in ms since the epoch.
 */
export function addToken(block: {
  readonly name: string;
  readonly user: string;
  readonly sha256: string;
  readonly abilities: readonly Ability[];
  readonly created: number;
  readonly expires: number | undefined;
}): Operation {
  const { expires, created, ...rest } = block;
  const end = expires === undefined ? {} : { expires: new Date(expires) };
  const values = { ...rest, created: new Date(created), ...end };
  return (text, file) => {
    if (parseDocument(text, file).tokens.some(({ name }) => name === block.name)) {
      const remedy = "choose another, or delete that token first";
      throw new Fault("conflict", "Name Already Exists", { details: { key: "name", remedy } });
    }
    return applyEdit(text, { kind: "add", table: "token", values });
  };
}

/** Writes `revoked` into the block of a digest, if there is one without it. */
export function revokeToken(sha256: string, at: number): Operation {
  return editToken(sha256, ({ name, revoked }) => {
    if (revoked !== undefined) return undefined;
    return { kind: "set", table: "token", name, key: "revoked", value: new Date(at) };
  });
}

/** Takes out the block of a digest, if there is one. */
export function deleteToken(sha256: string): Operation {
  return editToken(sha256, ({ name }) => ({ kind: "delete", table: "token", name }));
}

/** By digest, because somebody may have renamed the token meanwhile. */
function editToken(sha256: string, editOf: (token: Token) => Edit | undefined): Operation {
  return (text, file) => {
    const document = parseDocument(text, file);
    const token = document.tokens.find((candidate) => candidate.sha256 === sha256);
    const edit = token === undefined ? undefined : editOf(token);
    return edit === undefined ? { text, document } : applyEdit(text, edit);
  };
}

/** Faults `conflict` for a name that is taken and, with `first`, once there is any user. */
export function addUser(name: string, password: string, first: boolean): Operation {
  return (text, file) => {
    const { users } = parseDocument(text, file);
    if (first && users.length > 0) throw new Fault("conflict", "there is a user already: log in");
    if (users.some((user) => user.name === name)) {
      throw new Fault("conflict", `user ${name} exists already: choose another name`);
    }
    const values = { name, password, totp: "" };
    return applyEdit(text, { kind: "add", table: "user", values });
  };
}

/** Fault `not_found` for an unknown user. */
export function setUser(name: string, key: "password" | "totp", value: string): Operation {
  return (text) => applyEdit(text, { kind: "set", table: "user", name, key, value });
}
