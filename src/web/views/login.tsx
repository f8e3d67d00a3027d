import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { CodeField } from "../parts/password.tsx";
import { Submit, Trouble } from "../parts/submit.tsx";
import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Gate } from "./gate.tsx";

const { login } = WORDS;

/** User, password, and where one is set up the code of the second factor. */
export function Login({ ended }: { readonly ended: boolean }) {
  const { session, preferences } = useServices();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [withCode, setWithCode] = useState(preferences.choices.secondFactor);
  const form = useForm(["user"]);
  const aheadMs = useStore(session.clockAheadMs);

  const submit = () =>
    form.submit(async () => {
      try {
        await session.logIn(user.trim(), password, withCode ? code.trim() : "");
        preferences.change({ secondFactor: withCode && code !== "" });
      } catch (error) {
        setCode("");
        if (!(error instanceof ApiError) || error.status !== 403) throw error;
        // Which of them is wrong, linkrd does not tell.
        throw new ApiError(403, withCode ? login.wrongWithCode : login.wrong);
      }
    });

  return (
    <Gate title={login.title} onSubmit={submit}>
      {ended && form.trouble === undefined && <Notice kind="info">{login.ended}</Notice>}
      <Trouble form={form} />
      <Field
        label={WORDS.user}
        name="username"
        autocomplete="username"
        value={user}
        onInput={setUser}
        error={form.errors["user"]}
        required
        autofocus
      />
      <Field
        label={WORDS.password}
        name="password"
        type="password"
        autocomplete="current-password"
        value={password}
        onInput={setPassword}
        required
      />
      {withCode ? (
        <CodeField
          value={code}
          onInput={setCode}
          hint={aheadMs === 0 ? login.codeHint : login.clockApart(aheadMs)}
        />
      ) : (
        <button class="link" type="button" onClick={() => setWithCode(true)}>
          {login.haveCode}
        </button>
      )}
      <Submit form={form} label={login.submit} />
    </Gate>
  );
}
