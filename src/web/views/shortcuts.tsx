import { useState } from "preact/hooks";
import { shortcutName } from "../input/key-names.ts";
import { Button, IconButton } from "../parts/button.tsx";
import { Drawer } from "../parts/drawer.tsx";
import type { Desk } from "../state/desk.ts";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { shortcuts: words } = WORDS;

/** What browsers and desktops keep for themselves. */
const USUAL: readonly (readonly string[])[] = [
  ["ControlLeft", "AltLeft", "Delete"],
  ["AltLeft", "Tab"],
  ["AltLeft", "F4"],
  ["MetaLeft"],
  ["MetaLeft", "KeyL"],
  ["MetaLeft", "KeyR"],
  ["ControlLeft", "ShiftLeft", "Escape"],
  ["ControlLeft", "KeyW"],
  ["ControlLeft", "AltLeft", "F1"],
  ["ControlLeft", "AltLeft", "F2"],
  ["PrintScreen"],
];
const OWN_MAX = 32;

interface ShortcutsProps {
  readonly desk: Desk;
  readonly onClose: () => void;
}

/** Keys that are pressed together, by a click. */
export function Shortcuts({ desk, onClose }: ShortcutsProps) {
  const { preferences } = useServices();
  const [own, setOwn] = useState(preferences.choices.shortcuts);
  const keep = (shortcuts: readonly (readonly string[])[]) => {
    setOwn(shortcuts);
    preferences.change({ shortcuts });
  };
  return (
    <Drawer title={words.title} onClose={onClose}>
      <ul class="shortcuts">
        {USUAL.map((codes) => (
          <li key={codes.join()}>
            <Button onClick={() => desk.keyboard.strike(codes)}>{shortcutName(codes)}</Button>
          </li>
        ))}
      </ul>
      <h3>{words.own}</h3>
      {own.length > 0 && (
        <ul class="shortcuts own">
          {own.map((codes) => (
            <li key={codes.join()}>
              <Button onClick={() => desk.keyboard.strike(codes)}>{shortcutName(codes)}</Button>
              <IconButton
                icon="trash"
                label={words.remove(shortcutName(codes))}
                onClick={() => keep(own.filter((other) => other !== codes))}
              />
            </li>
          ))}
        </ul>
      )}
      {own.length < OWN_MAX && (
        <Recorder
          onAdd={(codes) => {
            if (own.every((other) => other.join() !== codes.join())) keep([...own, codes]);
          }}
        />
      )}
    </Drawer>
  );
}

/** A field that one presses a shortcut in, to add it. */
function Recorder({ onAdd }: { readonly onAdd: (codes: readonly string[]) => void }) {
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [down, setDown] = useState<readonly string[]>([]);
  const press = (event: KeyboardEvent) => {
    if (event.key === "Tab" && codes.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat || event.code === "") return;
    const held = [...down, event.code];
    setDown(held);
    setCodes(held);
  };
  const release = (event: KeyboardEvent) => setDown(down.filter((code) => code !== event.code));
  return (
    <div class="recorder">
      <input
        class="input"
        readOnly
        value={shortcutName(codes)}
        placeholder={words.press}
        aria-label={words.press}
        onKeyDown={press}
        onKeyUp={release}
        onBlur={() => setDown([])}
      />
      <Button
        disabled={codes.length === 0}
        onClick={() => {
          onAdd(codes);
          setCodes([]);
        }}
      >
        {words.add}
      </Button>
    </div>
  );
}
