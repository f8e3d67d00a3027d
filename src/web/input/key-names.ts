/** What keys are called on the page, by their `KeyboardEvent.code`. */

const NAMES: ReadonlyMap<string, string> = new Map([
  ...(["Left", "Right"] as const).flatMap((side) => [
    [`Control${side}`, "Ctrl"] as const,
    [`Alt${side}`, side === "Left" ? "Alt" : "AltGr"] as const,
    [`Shift${side}`, "Shift"] as const,
    [`Meta${side}`, "Meta"] as const,
    [`Arrow${side}`, side === "Left" ? "←" : "→"] as const,
  ]),
  ["ArrowUp", "↑"],
  ["ArrowDown", "↓"],
  ["Escape", "Esc"],
  ["Delete", "Del"],
  ["Insert", "Ins"],
  ["PrintScreen", "PrtSc"],
  ["ScrollLock", "ScrLk"],
  ["NumLock", "NumLk"],
  ["CapsLock", "Caps"],
  ["Backspace", "⌫"],
  ["PageUp", "PgUp"],
  ["PageDown", "PgDn"],
  ["ContextMenu", "Menu"],
  ["Space", "Space"],
  ["Backquote", "`"],
  ["Minus", "-"],
  ["Equal", "="],
  ["BracketLeft", "["],
  ["BracketRight", "]"],
  ["Backslash", "\\"],
  ["Semicolon", ";"],
  ["Quote", "'"],
  ["Comma", ","],
  ["Period", "."],
  ["Slash", "/"],
]);

/** The name on a key of a US keyboard; of keys without one, the code. */
export function keyName(code: string): string {
  return NAMES.get(code) ?? code.replace(/^(?:Key|Digit)(?=.$)/, "");
}

/** "Ctrl+Alt+Del". */
export function shortcutName(codes: readonly string[]): string {
  return codes.map(keyName).join("+");
}

/** Keys that are held while others are pressed. */
export function isModifier(code: string): boolean {
  return /^(?:Control|Alt|Shift|Meta)(?:Left|Right)$/.test(code);
}
