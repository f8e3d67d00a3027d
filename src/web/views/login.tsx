import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { useCountdown, useServices, useStore } from "../state/hooks.ts";
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
  const rest = useCountdown(form.notBeforeMs);
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

  const general = rest > 0 ? login.wait(rest) : form.errors[""];
  return (
    <Gate title={login.title} onSubmit={submit}>
      {ended && general === undefined && <Notice kind="info">{login.ended}</Notice>}
      {general !== undefined && <Notice kind="error">{general}</Notice>}
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
        <Field
          label={login.code}
          name="code"
          autocomplete="one-time-code"
          inputMode="numeric"
          maxLength={6}
          value={code}
          onInput={setCode}
          hint={aheadMs === 0 ? login.codeHint : login.clockApart(aheadMs)}
        />
      ) : (
        <button class="link" type="button" onClick={() => setWithCode(true)}>
          {login.haveCode}
        </button>
      )}
      <Button kind="main" type="submit" busy={form.busy} disabled={rest > 0}>
        {rest > 0 ? login.waitShort(rest) : login.submit}
      </Button>
    </Gate>
  );
}
