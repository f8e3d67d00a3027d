import { useEffect, useState } from "preact/hooks";
import type { Machines } from "../../http/wol.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { Trouble } from "../parts/submit.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { wake: words } = WORDS;

interface Sent {
  readonly mac: string;
  readonly addresses: readonly string[];
}

/** Wake on LAN: machines that linkrd.toml names, and any other by its MAC address. */
export function Wake() {
  return (
    <Panel title={words.title}>
      <WakeForm />
    </Panel>
  );
}

function WakeForm() {
  const { api } = useServices();
  const [machines, setMachines] = useState<Machines["machines"]>([]);
  const [mac, setMac] = useState("");
  const [sent, setSent] = useState<Sent>();
  const form = useForm(["mac"]);
  useEffect(() => {
    api
      .ask<Machines>("GET", "/api/wol")
      .then((answer) => setMachines(answer.machines))
      .catch(() => undefined);
  }, []);
  const wake = (json: { readonly name: string } | { readonly mac: string }) => {
    setSent(undefined);
    return form.submit(async () => setSent(await api.ask<Sent>("POST", "/api/wol", { json })));
  };
  return (
    <>
      {machines.length === 0 && <p class="muted">{words.none}</p>}
      {machines.length > 0 && (
        <ul class="machines">
          {machines.map(({ name, mac: address }) => (
            <li key={name}>
              <span>
                {name} <span class="muted mono">{address}</span>
              </span>
              <Button icon="wake" onClick={() => wake({ name })}>
                {words.wake}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        class="inline"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          wake({ mac: mac.trim() }).catch(() => undefined);
        }}
      >
        <Field
          label={words.mac}
          value={mac}
          onInput={setMac}
          hint={words.macHint}
          error={form.errors["mac"]}
        />
        <Button type="submit" busy={form.busy}>
          {words.wake}
        </Button>
      </form>
      <Trouble form={form} />
      {sent && <Notice kind="success">{words.sent(sent.mac, sent.addresses)}</Notice>}
    </>
  );
}
