/** Icons, drawn as strokes on a grid of 24; a point is a line of no length. */
const PATHS = {
  screen: "M3 5h18v11H3zM8 20h8M12 16v4",
  keyboard: "M2.5 6h19v12h-19zM6.5 10h0M10 10h0M13.5 10h0M17 10h0M8 14h8",
  paste: "M8.5 5H6v15h12V5h-2.5M9 3h6v4H9zM9 12h6M9 16h4",
  shortcut: "M13 3L5 14h6l-1 7 8-11h-6z",
  settings:
    "M4 8h9M17 8h3M17 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM4 16h3" +
    "M11 16h9M11 16a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  logout: "M13 4h6v16h-6M10 8l-4 4 4 4M6.5 12H15",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  restore: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  camera: "M3.5 8H7l2-3h6l2 3h3.5v11h-17zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  record: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  stop: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.5 9.5h5v5h-5z",
  mouse: "M12 3a6 6 0 0 0-6 6v6a6 6 0 0 0 12 0V9a6 6 0 0 0-6-6zM12 7v4",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  chevron: "M9 6l6 6-6 6",
  plus: "M12 5v14M5 12h14",
  copy: "M9 9h11v11H9zM15 5V4H4v11h1",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7",
  warn: "M12 4L2.5 20h19zM12 10v4M12 17h0",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h0",
  wake: "M12 3v9M7 6.5a7.5 7.5 0 1 0 10 0",
  phone: "M7 3h10v18H7zM11 18h2",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon is never alone in saying something: it has a label beside it or around it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
