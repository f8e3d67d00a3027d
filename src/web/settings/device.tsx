import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Status } from "../../http/status.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { usePolling, useServices } from "../state/hooks.ts";
import { absoluteTime, span } from "../state/time.ts";
import { WORDS } from "../words.ts";

const { deviceInfo: words } = WORDS;
const LOOK_MS = 5000;

/** Device: what it is called, where it is, and how it is. */
export function Device() {
  return (
    <Panel title={words.title}>
      <Facts />
    </Panel>
  );
}

/** What GET /api/status tells, looked at again and again; undefined before the first answer. */
export function useStatus(): Status | undefined {
  const { api } = useServices();
  const [status, setStatus] = useState<Status>();
  usePolling(async () => setStatus(await api.ask<Status>("GET", "/api/status")), LOOK_MS);
  return status;
}

function Facts() {
  const status = useStatus();
  if (status === undefined) return <p class="muted">{WORDS.loading}</p>;
  const { device, linkrd, tls, clock, hid, access, problems } = status;
  return (
    <>
      {problems.map((problem) => (
        <Notice key={problem} kind="warning">
          {WORDS.sentence(problem)}
        </Notice>
      ))}
      {access.message !== null && <Notice kind="warning">{access.message}</Notice>}
      <dl class="facts">
        <Fact name={words.name}>{device.name}</Fact>
        <Fact name={words.addresses}>
          {device.addresses.map((address) => (
            <div key={address} class="mono">
              {address}
            </div>
          ))}
          {device.addresses.length === 0 && words.noAddress}
        </Fact>
        <Fact name={words.fingerprint}>
          {tls.fingerprint_sha256 === null ? (
            words.noTls
          ) : (
            <span class="mono">{tls.fingerprint_sha256}</span>
          )}
        </Fact>
        <Fact name={words.clock}>
          {absoluteTime(clock.now)}
          <small class="muted">
            {clock.synchronised ? words.synchronised : words.notSynchronised}
          </small>
        </Fact>
        <Fact name={words.usb}>
          {WORDS.sentence(hid.message)}
          {hid.usb !== null && (
            <small class="muted">{`${hid.usb.controller}: ${hid.usb.state}`}</small>
          )}
        </Fact>
        <Fact name={words.version}>
          {words.versions(linkrd.version, linkrd.bun, device.architecture)}
          {linkrd.simulated && <small class="muted">{words.simulated}</small>}
        </Fact>
        <Fact name={words.uptime}>{span(linkrd.uptime_seconds)}</Fact>
      </dl>
      <p>
        <a href="/api/docs">{words.docs}</a>
      </p>
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** A name, and what there is of it. */
export function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
