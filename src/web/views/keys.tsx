import { isModifier, keyName } from "../input/key-names.ts";
import type { Leds } from "../input/link.ts";
import type { Desk } from "../state/desk.ts";
import { useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

/** A key by its code, and how many quarters of an ordinary key it is wide. */
type Key = readonly [code: string, quarters: number];

const ROWS: readonly (readonly Key[])[] = [
  [["Escape", 12], ...range("F", 1, 12)],
  [["Backquote", 4], ...digits(), ["Minus", 4], ["Equal", 4], ["Backspace", 8]],
  [["Tab", 6], ...letters("QWERTYUIOP"), ["BracketLeft", 4], ["BracketRight", 4], ["Backslash", 6]],
  [["CapsLock", 7], ...letters("ASDFGHJKL"), ["Semicolon", 4], ["Quote", 4], ["Enter", 9]],
  [
    ["ShiftLeft", 9],
    ...letters("ZXCVBNM"),
    ["Comma", 4],
    ["Period", 4],
    ["Slash", 4],
    ["ShiftRight", 11],
  ],
  [
    ["ControlLeft", 5],
    ["MetaLeft", 5],
    ["AltLeft", 5],
    ["Space", 30],
    ["AltRight", 5],
    ["ContextMenu", 5],
    ["ControlRight", 5],
  ],
];
/** The keys at the right of these, three in a row; "" is a gap. */
const SIDE = [
  ...["PrintScreen", "ScrollLock", "Pause"],
  ...["Insert", "Home", "PageUp"],
  ...["Delete", "End", "PageDown"],
  ...["NumLock", "", ""],
  ...["", "ArrowUp", ""],
  ...["ArrowLeft", "ArrowDown", "ArrowRight"],
] as const;

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
  const keyOf = ([code, quarters]: Key) => {
    const lamp = LAMPS[code];
    const isLit = lamp !== undefined && leds[lamp];
    const shared = { desk, code, quarters, isLit, isDown: down.has(code) };
    return <KeyButton key={code} {...shared} />;
  };
  return (
    <section class="keys-panel" aria-label={WORDS.rail.keyboard}>
      <div class="keys-main">
        {ROWS.map((row) => (
          <div class="keys-row" key={row[0]?.[0]}>
            {row.map(keyOf)}
          </div>
        ))}
      </div>
      <div class="keys-side">
        {SIDE.map((code, at) => (code === "" ? <span key={at} /> : keyOf([code, 4])))}
      </div>
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
