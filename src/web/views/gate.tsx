import type { ComponentChildren } from "preact";
import { WORDS } from "../words.ts";

interface GateProps {
  readonly title: string;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

/** The card in the middle of the page that one passes on the way in. */
export function Gate({ title, onSubmit, children }: GateProps) {
  return (
    <main class="gate">
      <form
        class="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <header>
          <Mark />
          <div>
            <h1>{title}</h1>
            <p>{WORDS.device(location.host)}</p>
          </div>
        </header>
        {children}
      </form>
    </main>
  );
}

/** linkrd's mark: a screen with a prompt on it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M6 8h20v13H6zM11 26h10M16 21v5M10.5 12l3 2.5-3 2.5M16 17h5" />
    </svg>
  );
}
