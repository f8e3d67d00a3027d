import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

interface PanelProps {
  readonly title: string;
  /** What can be told of it in a word, while it is closed too. */
  readonly summary?: string | undefined;
  readonly open?: boolean;
  /** A button at the right of the title. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the settings that opens and closes. What is closed is not there, and asks nothing. */
export function Panel({ title, summary, open = false, action, children }: PanelProps) {
  const [isOpen, setOpen] = useState(open);
  const id = useId();
  return (
    <section class="panel" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="chevron" />
            {title}
          </button>
        </h2>
        {summary !== undefined && <span class="muted summary">{summary}</span>}
        {action}
      </header>
      {isOpen && (
        <div class="content" id={id}>
          {children}
        </div>
      )}
    </section>
  );
}
