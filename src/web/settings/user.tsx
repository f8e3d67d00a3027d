import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog, DialogForm } from "../parts/dialog.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import {
  NewPasswordFields,
  PasswordFields,
  useNewPassword,
  usePassword,
} from "../parts/password.tsx";
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
  const next = useNewPassword();
  const form = useForm(["password", "new_password"]);
  const submit = () =>
    next.submit(form, async () => {
      const json = { password: current.value, new_password: next.value };
      await api.ask("PUT", "/api/account/password", { json });
      onDone();
      onClose();
    });
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
        <NewPasswordFields
          password={next}
          label={words.next}
          labelAgain={words.again}
          error={form.errors["new_password"]}
          errorAgain={form.errors["again"]}
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
