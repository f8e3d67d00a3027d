import { useState } from "preact/hooks";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { NewPasswordFields, useNewPassword } from "../parts/password.tsx";
import { Submit, Trouble } from "../parts/submit.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Gate } from "./gate.tsx";

const { setup } = WORDS;

/** The first start: makes the first user, who is logged in then. */
export function FirstUser() {
  const { session } = useServices();
  const [user, setUser] = useState("admin");
  const password = useNewPassword();
  const form = useForm(["user", "password"]);
  const submit = () =>
    password.submit(form, async () => await session.setUp(user.trim(), password.value));
  return (
    <Gate title={setup.title} onSubmit={submit}>
      <p class="lead">{setup.lead}</p>
      <Trouble form={form} />
      <Field
        label={WORDS.user}
        name="username"
        autocomplete="username"
        value={user}
        onInput={setUser}
        error={form.errors["user"]}
        required
      />
      <NewPasswordFields
        password={password}
        label={WORDS.password}
        labelAgain={WORDS.passwordAgain}
        error={form.errors["password"]}
        errorAgain={form.errors["again"]}
        hint={setup.passwordHint}
        autofocus
      />
      <Submit form={form} label={setup.submit} />
    </Gate>
  );
}
