import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { WORDS } from "../words.ts";
import { IconButton } from "./button.tsx";

interface DrawerProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A tool beside the screen; Esc closes it while the focus is in it. */
export function Drawer({ title, onClose, children }: DrawerProps) {
  const id = useId();
  return (
    <aside
      class="drawer"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={WORDS.close} onClick={onClose} />
      </header>
      <div class="content">{children}</div>
    </aside>
  );
}
