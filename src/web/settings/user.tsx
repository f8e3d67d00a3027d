import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog, DialogForm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { PasswordFields, usePassword } from "../parts/password.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { account: words } = WORDS;

/** User Information: who is logged in, and another password. */
export function UserInformation({ user }: { readonly user: string }) {
  const { session } = useServices();
  const [isAsked, setAsked] = useState(false);
  const [isDone, setDone] = useState(false);
  const close = () => setAsked(false);
  return (
    <Panel title={words.title} open summary={user}>
      {isDone && <Notice kind="success">{words.changed}</Notice>}
      <div class="row">
        <Button onClick={() => setAsked(true)}>{words.change}</Button>
        <Button
          onClick={() => {
            session.logOut().catch(() => undefined);
          }}
        >
          {words.logOut}
        </Button>
      </div>
      {isAsked && <ChangePassword user={user} onClose={close} onDone={() => setDone(true)} />}
    </Panel>
  );
}

interface ChangeProps {
  readonly user: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function ChangePassword({ user, onClose, onDone }: ChangeProps) {
  const { api } = useServices();
  const current = usePassword();
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const form = useForm(["password", "new_password"]);
  const submit = async () => {
    if (next !== again) {
      form.fail({ again: WORDS.passwordsDiffer });
      return;
    }
    await form.submit(async () => {
      const json = { password: current.value, new_password: next };
      await api.ask("PUT", "/api/account/password", { json });
      onDone();
      onClose();
    });
  };
  return (
    <Dialog title={words.change} onClose={onClose}>
      <DialogForm form={form} submit={words.change} onSubmit={submit} onCancel={onClose}>
        <UserName user={user} />
        <PasswordFields
          password={current}
          label={words.current}
          error={form.errors["password"]}
          autofocus
        />
        <Field
          label={words.next}
          name="new-password"
          type="password"
          autocomplete="new-password"
          value={next}
          onInput={setNext}
          error={form.errors["new_password"]}
        />
        <Field
          label={words.again}
          name="new-password-again"
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={setAgain}
          error={form.errors["again"]}
        />
      </DialogForm>
    </Dialog>
  );
}

/** Tells password managers whose password it is; people know. */
function UserName({ user }: { readonly user: string }) {
  return (
    <input class="unseen" type="text" autocomplete="username" value={user} readOnly tabIndex={-1} />
  );
}
