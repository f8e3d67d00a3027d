import { useRef } from "preact/hooks";
import { editOf } from "../input/soft-text.ts";
import { IconButton } from "../parts/button.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

/** Something to take away, so that Backspace on an empty line is noticed. */
const PADDING = " ";
/** A line that is longer is begun anew. */
const CHARACTERS_MAX = 200;

/** The button that brings up a phone's own keyboard; what it writes is typed on the host. */
export function SoftKeyboard() {
  const { api, preferences } = useServices();
  const field = useRef<HTMLTextAreaElement>(null);
  const before = useRef(PADDING);
  const sending = useRef<Promise<void>>(Promise.resolve());

  const type = (events: readonly unknown[]) => {
    const { layout } = preferences.choices;
    const query = layout === "" ? "skip=1" : `skip=1&layout=${encodeURIComponent(layout)}`;
    sending.current = sending.current
      .then(() => api.ask<void>("POST", `/api/public/control?${query}`, { json: { events } }))
      .catch(() => undefined);
  };
  const changed = (element: HTMLTextAreaElement, isComposing: boolean) => {
    const { backspaces, text } = editOf(before.current, element.value);
    const isTooLong = element.value.length > CHARACTERS_MAX && !isComposing;
    if (element.value === "" || isTooLong) element.value = PADDING;
    before.current = element.value;
    const strokes = Array.from({ length: backspaces }, () => [
      ["keyboard", "Backspace", true],
      ["keyboard", "Backspace", false],
    ]).flat();
    if (backspaces > 0 || text !== "") type([...strokes, ...(text ? [["text", text]] : [])]);
  };

  return (
    <>
      <IconButton
        icon="phone"
        label={WORDS.tools.softKeyboard}
        onClick={() => field.current?.focus()}
      />
      <textarea
        class="unseen"
        ref={field}
        tabIndex={-1}
        aria-label={WORDS.tools.softKeyboard}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        defaultValue={PADDING}
        onInput={(event) => changed(event.currentTarget, event.isComposing)}
      />
    </>
  );
}
