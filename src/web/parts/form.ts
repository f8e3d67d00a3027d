import { useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { WORDS } from "../words.ts";

export interface FormState {
  /** By the name of the field; "" for what is about none of them. */
  readonly errors: Readonly<Record<string, string | undefined>>;
  readonly busy: boolean;
  /** Of performance.now(): before that, another try is in vain. */
  readonly notBeforeMs: number;
  /** Runs `send`, once at a time, and shows what it fails with next to its field. */
  readonly submit: (send: () => Promise<void>) => Promise<void>;
  readonly fail: (errors: Readonly<Record<string, string>>) => void;
}

/** @param fields that the form has: an error about another one is told above them */
export function useForm(fields: readonly string[]): FormState {
  const [errors, setErrors] = useState<FormState["errors"]>({});
  const [busy, setBusy] = useState(false);
  const [notBeforeMs, setNotBeforeMs] = useState(0);
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
  return { errors, busy, notBeforeMs, submit, fail: setErrors };
}

function errorsOf(error: unknown, fields: readonly string[]): Record<string, string> {
  if (!(error instanceof ApiError)) return { "": WORDS.errors.ours };
  return { [fields.includes(error.key) ? error.key : ""]: error.message };
}
