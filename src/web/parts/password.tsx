import { useState } from "preact/hooks";
import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Field, type FieldProps } from "./field.tsx";
import type { FormState } from "./form.ts";

export interface Password {
  /** As linkrd takes it: the code of the second factor right behind the password. */
  readonly value: string;
  readonly password: string;
  readonly code: string;
  readonly setPassword: (password: string) => void;
  readonly setCode: (code: string) => void;
}

/** The password of who is logged in, which is asked for again where it matters. */
export function usePassword(): Password {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  return { value: `${password}${code.trim()}`, password, code, setPassword, setCode };
}

interface PasswordFieldsProps {
  readonly password: Password;
  readonly label: string;
  readonly error: string | undefined;
  readonly autofocus?: boolean;
}

/** The field of the password, and where a second factor is set up that of its code. */
export function PasswordFields({ password, label, error, autofocus = false }: PasswordFieldsProps) {
  const { session } = useServices();
  const state = useStore(session.state);
  const hasCode = state.kind === "in" && state.totp;
  return (
    <>
      <Field
        label={label}
        name="current-password"
        type="password"
        autocomplete="current-password"
        value={password.password}
        onInput={password.setPassword}
        error={error}
        autofocus={autofocus}
      />
      {hasCode && (
        <CodeField value={password.code} onInput={password.setCode} hint={WORDS.login.codeHint} />
      )}
    </>
  );
}

type CodeFieldProps = Pick<FieldProps, "value" | "onInput" | "hint" | "error" | "autofocus">;

/** The six digits that an authenticator app shows. */
export function CodeField(props: CodeFieldProps) {
  return (
    <Field
      {...props}
      label={WORDS.login.code}
      name="code"
      autocomplete="one-time-code"
      inputMode="numeric"
      maxLength={6}
    />
  );
}

export interface NewPassword {
  readonly value: string;
  readonly again: string;
  readonly setValue: (password: string) => void;
  readonly setAgain: (password: string) => void;
  /** Submits `form`, unless the two differ: that is told instead, as its error `again`. */
  readonly submit: (form: FormState, send: () => Promise<void>) => Promise<void>;
}

/** A password that is to be, typed twice. */
export function useNewPassword(): NewPassword {
  const [value, setValue] = useState("");
  const [again, setAgain] = useState("");
  const submit = async (form: FormState, send: () => Promise<void>) => {
    if (value === again) await form.submit(send);
    else form.fail({ again: WORDS.passwordsDiffer });
  };
  return { value, again, setValue, setAgain, submit };
}

interface NewPasswordFieldsProps {
  readonly password: NewPassword;
  readonly label: string;
  readonly labelAgain: string;
  readonly error: string | undefined;
  readonly errorAgain: string | undefined;
  readonly hint?: string;
  readonly autofocus?: boolean;
}

export function NewPasswordFields(props: NewPasswordFieldsProps) {
  const { password, label, labelAgain, error, errorAgain, hint, autofocus = false } = props;
  const shared = { type: "password", autocomplete: "new-password", required: true } as const;
  return (
    <>
      <Field
        {...shared}
        label={label}
        name="new-password"
        value={password.value}
        onInput={password.setValue}
        error={error}
        hint={hint}
        autofocus={autofocus}
      />
      <Field
        {...shared}
        label={labelAgain}
        name="new-password-again"
        value={password.again}
        onInput={password.setAgain}
        error={errorAgain}
      />
    </>
  );
}
