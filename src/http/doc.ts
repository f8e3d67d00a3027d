/** What the API document tells of a route besides its row: kept beside the route's handler. */
import type { GenericSchema } from "valibot";
import type { FaultCode } from "../base/fault.ts";
import type { JsonSchema, Parameters } from "./query.ts";

/** Subjects of the API, in the order of the document. */
export const TAGS = {
  Screen: "Pictures of the host's screen: one, many, or what changed.",
  Control: "Keys, mouse and texts, and who may send them.",
  Device: "How linkrd is, and machines that it can wake.",
  Access: "Tokens, and the account of who is logged in.",
  PiKVM: "What PiKVM's clients know, as kvmd has it.",
} as const;

export type Tag = keyof typeof TAGS;

/** An answer that is no fault. */
export interface Answer {
  readonly about: string;
  /** JSON, which the dialect puts into its envelope. */
  readonly json?: GenericSchema;
  /** Content types of what is no JSON. */
  readonly types?: readonly string[];
  /** Headers of its own, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body that is no JSON of a valibot schema. */
export interface OtherBody {
  readonly types: readonly string[];
  readonly schema: JsonSchema;
}

export interface RouteDoc {
  readonly tag: Tag;
  /** A few words, like a title. */
  readonly summary: string;
  readonly about?: string;
  /** Of the names in its path. */
  readonly path?: Readonly<Record<string, JsonSchema>>;
  /** What its handler reads the query by. */
  readonly query?: Parameters;
  /** What its handler reads the body by. */
  readonly body?: GenericSchema | OtherBody;
  /** By HTTP status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Faults besides those that its access, query and body imply. */
  readonly faults?: readonly FaultCode[];
}

/** The answer of what has nothing to tell. */
export const DONE = { 204: { about: "Done." } } as const;
