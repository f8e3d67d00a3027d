import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly kind?: "main" | "plain" | "danger";
  readonly icon?: IconName;
  readonly type?: "button" | "submit";
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly onClick?: () => void;
}

/** A button with words on it. While `busy` it stays where the focus is, and does nothing. */
export function Button(props: ButtonProps) {
  const { children, kind = "plain", icon, type = "button", busy = false, onClick } = props;
  return (
    <button
      class={`button ${kind}`}
      type={type}
      disabled={props.disabled ?? false}
      aria-busy={busy}
      onClick={() => {
        if (!busy) onClick?.();
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does; shown beside the icon where there is room, and said by screen readers. */
  readonly label: string;
  /** Of a button that stays pressed. */
  readonly pressed?: boolean;
  /** Of a button that opens something. */
  readonly expanded?: boolean;
  /** Of a button that leads to the place where one is. */
  readonly current?: boolean;
  readonly disabled?: boolean;
  readonly showLabel?: boolean;
  readonly onClick: () => void;
}

/** A button with an icon on it. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, pressed, expanded, current, disabled = false, showLabel = false } = props;
  return (
    <button
      class="icon-button"
      type="button"
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-current={current === true ? "page" : undefined}
      disabled={disabled}
      onClick={props.onClick}
    >
      <Icon name={icon} />
      {showLabel && <span aria-hidden="true">{label}</span>}
    </button>
  );
}
