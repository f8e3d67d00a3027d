/** What a person has chosen in this browser. Without storage it holds until the page is closed. */
export interface Choices {
  /** Whether the field for a code of the second factor is shown at the login. */
  readonly secondFactor: boolean;
  readonly mouse: "absolute" | "relative";
  /** Layout that pasted text is typed in; "" is the device's own. */
  readonly layout: string;
  /** Shortcuts of one's own, each a list of `KeyboardEvent.code`. */
  readonly shortcuts: readonly (readonly string[])[];
}

const DEFAULTS: Choices = { secondFactor: false, mouse: "absolute", layout: "", shortcuts: [] };
const KEY = "linkrd";

export class Preferences {
  readonly #storage: Storage | undefined;
  #choices: Choices;

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
    this.#choices = { ...DEFAULTS, ...readChoices(storage?.getItem(KEY)) };
  }

  get choices(): Choices {
    return this.#choices;
  }

  change(some: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...some };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#choices));
    } catch {
      // A full or forbidden storage: the choice holds as long as the page.
    }
  }
}

/** What is stored may be of another version, or of somebody who tried something. */
function readChoices(text: string | null | undefined): Partial<Choices> {
  try {
    const stored = JSON.parse(text ?? "{}") as Record<keyof Choices, unknown>;
    const { secondFactor, mouse, layout, shortcuts } = stored;
    return {
      ...(typeof secondFactor === "boolean" ? { secondFactor } : {}),
      ...(mouse === "absolute" || mouse === "relative" ? { mouse } : {}),
      ...(typeof layout === "string" ? { layout } : {}),
      ...(isShortcuts(shortcuts) ? { shortcuts } : {}),
    };
  } catch {
    return {};
  }
}

function isShortcuts(value: unknown): value is readonly (readonly string[])[] {
  const isKeys = (keys: unknown) =>
    Array.isArray(keys) && keys.every((key) => typeof key === "string");
  return Array.isArray(value) && value.every(isKeys);
}
