import { useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { useCountdown } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

export interface FormState {
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string | undefined>>;
  /** What is about no field of it. */
  readonly trouble: string | undefined;
  readonly busy: boolean;
  /** Until then, another try is in vain; it counts down to 0. */
  readonly waitSeconds: number;
  /** Runs `send`, once at a time, and shows what it fails with next to its field. */
  readonly submit: (send: () => Promise<void>) => Promise<void>;
  readonly fail: (errors: Readonly<Record<string, string>>) => void;
}

/** @param fields that the form has: an error about another one is told above them */
export function useForm(fields: readonly string[]): FormState {
  const [errors, setErrors] = useState<FormState["errors"]>({});
  const [busy, setBusy] = useState(false);
  const [notBeforeMs, setNotBeforeMs] = useState(0);
  const waitSeconds = useCountdown(notBeforeMs);
  const running = useRef(false);
  const submit = async (send: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setErrors({});
    try {
      await send();
    } catch (error) {
      setErrors(errorsOf(error, fields));
      if (error instanceof ApiError && error.retryAfterSeconds > 0) {
        setNotBeforeMs(performance.now() + error.retryAfterSeconds * 1000);
      }
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  const trouble = waitSeconds > 0 ? WORDS.login.wait(waitSeconds) : errors[""];
  return { errors, trouble, busy, waitSeconds, submit, fail: setErrors };
}

function errorsOf(error: unknown, fields: readonly string[]): Record<string, string> {
  if (!(error instanceof ApiError)) return { "": WORDS.errors.ours };
  return { [fields.includes(error.key) ? error.key : ""]: error.message };
}
