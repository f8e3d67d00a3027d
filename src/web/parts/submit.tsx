import { WORDS } from "../words.ts";
import { Button } from "./button.tsx";
import type { FormState } from "./form.ts";
import { Notice } from "./notice.tsx";

/** Above the fields: what is wrong, but about none of them. */
export function Trouble({ form }: { readonly form: FormState }) {
  return form.trouble === undefined ? null : <Notice kind="error">{form.trouble}</Notice>;
}

interface SubmitProps {
  readonly form: FormState;
  readonly label: string;
  readonly kind?: "main" | "danger";
}

/** The button that sends a form off. While that would be in vain it tells how long to wait. */
export function Submit({ form, label, kind = "main" }: SubmitProps) {
  const { busy, waitSeconds } = form;
  return (
    <Button kind={kind} type="submit" busy={busy} disabled={waitSeconds > 0}>
      {waitSeconds > 0 ? WORDS.login.waitShort(waitSeconds) : label}
    </Button>
  );
}
