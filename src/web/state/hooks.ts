/** What the views of the page share of hooks. */
import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Services } from "./services.ts";
import type { Store } from "./store.ts";

/** What the whole page works with; set once, in main.tsx. */
export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error("a view was shown outside of the page");
  return services;
}

/** The value of `store`, and a new look whenever it is another. */
export function useStore<Value>(store: Store<Value>): Value {
  const [value, setValue] = useState(() => store.value);
  useLayoutEffect(() => {
    setValue(() => store.value);
    return store.subscribe((next) => setValue(() => next));
  }, [store]);
  return value;
}

/**
 * Runs `look` now and again `intervalMs` after each time it is done, as long as the view is shown
 * and the page can be seen. @param look takes a signal that aborts with the view
 */
export function usePolling(look: (signal: AbortSignal) => Promise<void>, intervalMs: number): void {
  // The first look is the one that goes on: what a view is given stays the same while it is shown.
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async () => {
      if (!document.hidden) await look(gone.signal).catch(() => undefined);
      if (!gone.signal.aborted) timer = setTimeout(again, intervalMs);
    };
    again().catch(() => undefined);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, []);
}

/** Seconds left until `untilMs` (of performance.now()), counted down; 0 when it is past. */
export function useCountdown(untilMs: number): number {
  const rest = () => Math.max(0, Math.ceil((untilMs - performance.now()) / 1000));
  const [seconds, setSeconds] = useState(rest);
  useEffect(() => {
    setSeconds(rest());
    if (rest() === 0) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      setSeconds(rest());
      if (rest() > 0) timer = setTimeout(tick, 250);
    };
    timer = setTimeout(tick, 250);
    return () => clearTimeout(timer);
  }, [untilMs]);
  return seconds;
}
