import { useState } from "preact/hooks";
import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Field } from "./field.tsx";

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
        <Field
          label={WORDS.login.code}
          name="code"
          autocomplete="one-time-code"
          inputMode="numeric"
          maxLength={6}
          value={password.code}
          onInput={password.setCode}
          hint={WORDS.login.codeHint}
        />
      )}
    </>
  );
}
