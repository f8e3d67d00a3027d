import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

const ICONS: Readonly<Record<NoticeProps["kind"], IconName>> = {
  error: "warn",
  warning: "warn",
  info: "info",
  success: "check",
};

interface NoticeProps {
  readonly kind: "error" | "warning" | "info" | "success";
  readonly children: ComponentChildren;
}

/** A sentence that stands out. An error is said at once by screen readers, others in their turn. */
export function Notice({ kind, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div>{children}</div>
    </div>
  );
}
