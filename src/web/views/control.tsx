import { useEffect, useState } from "preact/hooks";
import type { LeaseAnswer } from "../../http/lease.ts";
import type { Status } from "../../http/status.ts";
import { Icon } from "../parts/icon.tsx";
import type { Desk } from "../state/desk.ts";
import { usePolling, useServices, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { control: words } = WORDS;
const LOOK_MS = 2000;
/** Renewed while the page is there: without it, others wait no longer than this. */
const LEASE_SECONDS = 30;
const RENEW_BELOW_SECONDS = 20;

/** Who is in control of the host, and what keeps keys from it. */
export function Control({ desk }: { readonly desk: Desk }) {
  const { api } = useServices();
  const [lease, setLease] = useState<LeaseAnswer>();
  const [status, setStatus] = useState<Status>();
  const refused = useStore(desk.input.refused);
  const take = async () => {
    setLease(await api.ask("POST", "/api/lease", { json: { seconds: LEASE_SECONDS } }));
  };
  const look = async () => {
    const now = await api.ask<LeaseAnswer>("GET", "/api/lease");
    setLease(now);
    setStatus(await api.ask<Status>("GET", "/api/status"));
    const { holder } = now;
    if (holder?.yours && holder.expires_in_seconds < RENEW_BELOW_SECONDS) await take();
  };
  usePolling(look, LOOK_MS);
  const giveBack = async () => {
    await api.ask("DELETE", "/api/lease");
    await look();
  };
  const holder = lease?.holder;
  const trouble = refused || (status && status.hid.stage !== "ok" ? status.hid.message : "");
  useEffect(() => desk.trouble.set(trouble), [trouble]);
  return (
    <div class="control" role="status">
      {trouble !== "" && (
        <span class="trouble" title={trouble}>
          <Icon name="warn" />
          <span>{WORDS.sentence(trouble)}</span>
        </span>
      )}
      {holder && <span class="holder">{words.holder(holder)}</span>}
      {!holder && status?.control.running === "token" && <span>{words.tokenTypes}</span>}
      <button
        class="link"
        type="button"
        onClick={() => {
          (holder?.yours ? giveBack() : take()).catch(() => undefined);
        }}
      >
        {holder?.yours ? words.giveBack : holder ? words.takeOver : words.take}
      </button>
    </div>
  );
}
