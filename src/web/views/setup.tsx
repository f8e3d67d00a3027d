import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { useCountdown, useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Gate } from "./gate.tsx";

const { setup } = WORDS;

/** The first start: makes the first user, who is logged in then. */
export function FirstUser() {
  const { session } = useServices();
  const [user, setUser] = useState("admin");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const form = useForm(["user", "password"]);
  const rest = useCountdown(form.notBeforeMs);

  const submit = async () => {
    if (password !== again) {
      form.fail({ again: WORDS.passwordsDiffer });
      return;
    }
    await form.submit(() => session.setUp(user.trim(), password));
  };

  const general = rest > 0 ? WORDS.login.wait(rest) : form.errors[""];
  return (
    <Gate title={setup.title} onSubmit={submit}>
      <p class="lead">{setup.lead}</p>
      {general !== undefined && <Notice kind="error">{general}</Notice>}
      <Field
        label={WORDS.user}
        name="username"
        autocomplete="username"
        value={user}
        onInput={setUser}
        error={form.errors["user"]}
        required
      />
      <Field
        label={WORDS.password}
        name="new-password"
        type="password"
        autocomplete="new-password"
        value={password}
        onInput={setPassword}
        error={form.errors["password"]}
        hint={setup.passwordHint}
        required
        autofocus
      />
      <Field
        label={WORDS.passwordAgain}
        name="new-password-again"
        type="password"
        autocomplete="new-password"
        value={again}
        onInput={setAgain}
        error={form.errors["again"]}
        required
      />
      <Button kind="main" type="submit" busy={form.busy} disabled={rest > 0}>
        {setup.submit}
      </Button>
    </Gate>
  );
}
