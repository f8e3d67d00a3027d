/** Types a text on the host, however long it is. */
import { type Api, ApiError } from "../api/client.ts";

export interface PasteOptions {
  /** The layout that the host is set to; "" for that of linkrd's settings. */
  readonly layout: string;
  /** Whether characters that the layout cannot make are left out. */
  readonly skip: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (typed: number, total: number) => void;
}

/** Characters that the layout cannot make. */
export class Untypable extends Error {
  readonly characters: readonly string[];

  constructor(characters: readonly string[]) {
    super(characters.join(" "));
    this.characters = characters;
  }
}

/** linkrd's own bound on a text event. */
const EVENT_CHARACTERS_MAX = 1024;
/** Texts of this many events fit into a body, whatever they say. */
const EVENTS_CHECKED = 8;
/** Short enough to see it go on, long enough to be quick. */
const TURN_CHARACTERS = 100;

/** @throws Untypable before the first key is pressed, ApiError, or the reason of `signal` */
export async function paste(api: Api, text: string, options: PasteOptions): Promise<void> {
  const characters = [...text.replace(/\r\n?/g, "\n")];
  if (!options.skip) await check(api, characters, options);
  for (let at = 0; at < characters.length; at += TURN_CHARACTERS) {
    options.onProgress(at, characters.length);
    const events = [["text", characters.slice(at, at + TURN_CHARACTERS).join("")]];
    await send(api, events, options, false);
  }
  options.onProgress(characters.length, characters.length);
}

async function check(
  api: Api,
  characters: readonly string[],
  options: PasteOptions,
): Promise<void> {
  const size = EVENT_CHARACTERS_MAX * EVENTS_CHECKED;
  for (let at = 0; at < characters.length; at += size) {
    const part = characters.slice(at, at + size);
    const events = Array.from({ length: Math.ceil(part.length / EVENT_CHARACTERS_MAX) }, (_, n) => {
      const from = n * EVENT_CHARACTERS_MAX;
      return ["text", part.slice(from, from + EVENT_CHARACTERS_MAX).join("")];
    });
    try {
      await send(api, events, options, true);
    } catch (error) {
      const named = error instanceof ApiError ? charactersIn(error) : [];
      throw named.length > 0 ? new Untypable(named) : error;
    }
  }
}

async function send(
  api: Api,
  events: readonly unknown[],
  { layout, skip, signal }: PasteOptions,
  isCheck: boolean,
): Promise<void> {
  const query = new URLSearchParams();
  if (layout !== "") query.set("layout", layout);
  if (skip) query.set("skip", "1");
  if (isCheck) query.set("check", "1");
  await api.ask("POST", `/api/public/control?${query}`, { json: { events }, signal });
}

/** Those that linkrd names, each once. */
function charactersIn({ details }: ApiError): string[] {
  const named = details["characters"];
  if (!Array.isArray(named)) return [];
  const points = named.map(({ code_point }: { code_point: string }) => code_point);
  return [...new Set(points)].map((point) => {
    return `${String.fromCodePoint(Number.parseInt(point.slice(2), 16))} (${point})`;
  });
}
