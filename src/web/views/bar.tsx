import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Leds } from "../input/link.ts";
import type { Rates } from "../screen/meter.ts";
import type { Link } from "../screen/viewer.ts";
import type { Desk } from "../state/desk.ts";
import { usePolling, useStore } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Control } from "./control.tsx";
import { Tools } from "./tools.tsx";

const { bar } = WORDS;
const RATES_MS = 1000;
const NOTHING: Rates = { pictures: 0, bits: 0 };

/** The bottom bar: how picture and keys travel, the host's lights, and the tools of the screen. */
export function Bar({ desk, frame }: { readonly desk: Desk; readonly frame: HTMLElement }) {
  return (
    <footer class="bar">
      <Figures desk={desk} />
      <Control desk={desk} />
      <Lights desk={desk} />
      <Tools desk={desk} frame={frame} />
    </footer>
  );
}

function Figures({ desk }: { readonly desk: Desk }) {
  const { viewer, input } = desk;
  const link = useStore(viewer.link);
  const shown = useStore(viewer.shown);
  const isOpen = useStore(input.isOpen);
  const roundTripMs = useStore(input.roundTripMs);
  const [rates, setRates] = useState(NOTHING);
  usePolling(async () => setRates(viewer.meter.rates), RATES_MS);
  const isLive = link.kind === "live" && shown !== undefined;
  return (
    <dl class="figures">
      <Figure name={bar.connection}>
        <span class={`dot ${dotOf(link, isOpen)}`} />
        {connectionOf(link, isOpen)}
      </Figure>
      {shown && <Figure name={bar.codec}>{bar.codecs[shown.codec]}</Figure>}
      {shown && <Figure name={bar.resolution}>{`${shown.width}×${shown.height}`}</Figure>}
      {isLive && <Figure name={bar.rate}>{bar.perSecond(rates.pictures)}</Figure>}
      {isLive && <Figure name={bar.bits}>{bar.bitRate(rates.bits)}</Figure>}
      {roundTripMs !== undefined && (
        <Figure name={bar.latency}>{bar.milliseconds(roundTripMs)}</Figure>
      )}
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

function Figure({ name, children }: FigureProps) {
  return (
    <div title={name}>
      <dt class="unseen">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What lights up on the host's keyboard, and whether keys go there. */
function Lights({ desk }: { readonly desk: Desk }) {
  const leds = useStore(desk.input.leds);
  const hasKeys = useStore(desk.hasKeys);
  const lamps = ["num", "caps", "scroll"] as const satisfies readonly (keyof Leds)[];
  return (
    <div class="lights">
      <ul class="lamps" aria-label={bar.lamps}>
        {lamps.map((lamp) => (
          <li key={lamp} class={leds[lamp] ? "lit" : ""} title={bar.lamp(lamp, leds[lamp])}>
            <span aria-hidden="true">{bar.lampShort[lamp]}</span>
            <span class="unseen">{bar.lamp(lamp, leds[lamp])}</span>
          </li>
        ))}
      </ul>
      {hasKeys && <p class="keys">{bar.hasKeys}</p>}
    </div>
  );
}

function connectionOf(link: Link, isOpen: boolean): string {
  if (link.kind === "connecting") return bar.connecting;
  if (link.kind === "lost" || !isOpen) return bar.reconnecting;
  return bar.connected;
}

function dotOf(link: Link, isOpen: boolean): string {
  return (link.kind === "live" || link.kind === "mjpeg") && isOpen ? "good" : "bad";
}
