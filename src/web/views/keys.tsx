import { isModifier, keyName } from "../input/key-names.ts";
import type { Leds } from "../input/link.ts";
import type { Desk } from "../state/desk.ts";
import { useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

/** A key by its code, and how many quarters of an ordinary key it is wide. */
type Key = readonly [code: string, quarters: number];

const ROWS: readonly (readonly Key[])[] = [
  [["Escape", 8], ...range("F", 1, 12), ["PrintScreen", 4], ["ScrollLock", 4], ["Pause", 4]],
  [["Backquote", 4], ...digits(), ["Minus", 4], ["Equal", 4], ["Backspace", 8], ["Insert", 4]],
  [["Tab", 6], ...letters("QWERTYUIOP"), ["BracketLeft", 4], ["BracketRight", 4], ["Backslash", 6]],
  [["CapsLock", 7], ...letters("ASDFGHJKL"), ["Semicolon", 4], ["Quote", 4], ["Enter", 9]],
  [["ShiftLeft", 9], ...letters("ZXCVBNM"), ["Comma", 4], ["Period", 4], ["Slash", 4]],
  [
    ["ControlLeft", 5],
    ["MetaLeft", 5],
    ["AltLeft", 5],
    ["Space", 26],
    ["AltRight", 5],
  ],
];
/** What comes at the right end of each row. */
const ENDS: readonly (readonly Key[])[] = [
  [],
  [["Delete", 4]],
  [
    ["Home", 4],
    ["PageUp", 4],
  ],
  [
    ["End", 4],
    ["PageDown", 4],
  ],
  [
    ["ShiftRight", 11],
    ["ArrowUp", 4],
    ["NumLock", 4],
  ],
  [
    ["ContextMenu", 5],
    ["ControlRight", 5],
    ["ArrowLeft", 4],
    ["ArrowDown", 4],
    ["ArrowRight", 4],
  ],
];

const LAMPS: Readonly<Record<string, keyof Leds>> = {
  CapsLock: "caps",
  NumLock: "num",
  ScrollLock: "scroll",
};

function letters(names: string): Key[] {
  return [...names].map((name) => [`Key${name}`, 4]);
}

function digits(): Key[] {
  return [..."1234567890"].map((digit) => [`Digit${digit}`, 4]);
}

function range(name: string, first: number, last: number): Key[] {
  return Array.from({ length: last - first + 1 }, (_, at) => [`${name}${first + at}`, 4]);
}

/** The on-screen keyboard, a US one; its lights are the host's. Modifiers stay down for one key. */
export function Keys({ desk }: { readonly desk: Desk }) {
  const leds = useStore(desk.input.leds);
  const down = useStore(desk.keyboard.down);
  return (
    <section class="keys-panel" aria-label={WORDS.rail.keyboard}>
      {ROWS.map((row, at) => (
        <div class="keys-row" key={row[0]?.[0]}>
          {[...row, ...(ENDS[at] ?? [])].map(([code, quarters]) => {
            const lamp = LAMPS[code];
            return (
              <KeyButton
                key={code}
                desk={desk}
                code={code}
                quarters={quarters}
                isDown={down.has(code)}
                isLit={lamp !== undefined && leds[lamp]}
              />
            );
          })}
        </div>
      ))}
    </section>
  );
}

interface KeyButtonProps {
  readonly desk: Desk;
  readonly code: string;
  readonly quarters: number;
  readonly isDown: boolean;
  readonly isLit: boolean;
}

function KeyButton({ desk, code, quarters, isDown, isLit }: KeyButtonProps) {
  const { keyboard } = desk;
  const press = () => {
    if (isModifier(code) && isDown) keyboard.release(code);
    else keyboard.press(code);
  };
  const release = () => {
    if (isModifier(code)) return;
    keyboard.release(code);
    keyboard.releaseAll();
  };
  return (
    <button
      type="button"
      class={isLit ? "key lit" : "key"}
      style={{ flexGrow: quarters }}
      aria-label={code}
      aria-pressed={isDown}
      onPointerDown={(event) => {
        // The focus stays where it is: keys held on the screen stay held.
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        press();
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => {
        // Without a pointer: Enter or Space on the button.
        if (event.detail !== 0) return;
        press();
        release();
      }}
    >
      {keyName(code)}
    </button>
  );
}
