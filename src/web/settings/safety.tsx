import { useState } from "preact/hooks";
import { encode } from "uqr";
import { Button } from "../parts/button.tsx";
import { Dialog, DialogForm } from "../parts/dialog.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { CodeField, PasswordFields, usePassword } from "../parts/password.tsx";
import { useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { safety: words } = WORDS;

/** Safety: the second factor, on and off. */
export function Safety() {
  const { session } = useServices();
  const state = useStore(session.state);
  const [isAsked, setAsked] = useState(false);
  const isOn = state.kind === "in" && state.totp;
  const close = () => {
    setAsked(false);
    session.refresh().catch(() => undefined);
  };
  return (
    <Panel title={words.title} open summary={isOn ? words.on : words.off}>
      <p class="muted">{isOn ? words.leadOn : words.leadOff}</p>
      <div>
        <Button kind={isOn ? "danger" : "plain"} onClick={() => setAsked(true)}>
          {isOn ? words.disable : words.enable}
        </Button>
      </div>
      {isAsked && (isOn ? <Disable onClose={close} /> : <Enrol onClose={close} />)}
    </Panel>
  );
}

interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

function Enrol({ onClose }: { readonly onClose: () => void }) {
  const [enrolment, setEnrolment] = useState<Enrolment>();
  return (
    <Dialog title={words.enable} onClose={onClose}>
      {enrolment === undefined ? (
        <Begin onBegun={setEnrolment} onClose={onClose} />
      ) : (
        <Prove enrolment={enrolment} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface BeginProps {
  readonly onBegun: (enrolment: Enrolment) => void;
  readonly onClose: () => void;
}

function Begin({ onBegun, onClose }: BeginProps) {
  const { api } = useServices();
  const password = usePassword();
  const form = useForm(["password"]);
  const submit = () =>
    form.submit(async () => {
      const json = { password: password.value };
      onBegun(await api.ask<Enrolment>("POST", "/api/account/totp", { json }));
    });
  return (
    <DialogForm form={form} submit={words.next} onSubmit={submit} onCancel={onClose}>
      <p class="muted">{words.begin}</p>
      <PasswordFields
        password={password}
        label={WORDS.tokens.password}
        error={form.errors["password"]}
        autofocus
      />
    </DialogForm>
  );
}

interface ProveProps {
  readonly enrolment: Enrolment;
  readonly onClose: () => void;
}

function Prove({ enrolment, onClose }: ProveProps) {
  const { api, preferences, session } = useServices();
  const [code, setCode] = useState("");
  const form = useForm(["code"]);
  const aheadMs = useStore(session.clockAheadMs);
  const submit = () =>
    form.submit(async () => {
      await api.ask("POST", "/api/account/totp", { json: { code: code.trim() } });
      preferences.change({ secondFactor: true });
      onClose();
    });
  return (
    <DialogForm form={form} submit={words.confirm} onSubmit={submit} onCancel={onClose}>
      {aheadMs !== 0 && <Notice kind="warning">{WORDS.login.clockApart(aheadMs)}</Notice>}
      <p>{words.scan}</p>
      <QrCode text={enrolment.uri} />
      <p class="secret">
        <span class="muted">{words.byHand}</span>
        <code>{enrolment.secret}</code>
      </p>
      <CodeField
        value={code}
        onInput={setCode}
        hint={words.codeHint}
        error={form.errors["code"]}
        autofocus
      />
    </DialogForm>
  );
}

/** Dark on white in both themes: phones read it by its contrast. */
function QrCode({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : [])),
  );
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words.qr}>
      <rect width={size} height={size} />
      <path d={path.join("")} />
    </svg>
  );
}

function Disable({ onClose }: { readonly onClose: () => void }) {
  const { api, preferences } = useServices();
  const password = usePassword();
  const form = useForm(["password"]);
  const submit = () =>
    form.submit(async () => {
      await api.ask("DELETE", "/api/account/totp", { json: { password: password.value } });
      preferences.change({ secondFactor: false });
      onClose();
    });
  return (
    <Dialog title={words.disable} onClose={onClose}>
      <DialogForm form={form} submit={words.disable} danger onSubmit={submit} onCancel={onClose}>
        <p>{words.disableText}</p>
        <PasswordFields
          password={password}
          label={WORDS.tokens.password}
          error={form.errors["password"]}
          autofocus
        />
      </DialogForm>
    </Dialog>
  );
}
