/** Something that is done now and then until it is stopped. */
export interface Repeat {
  stop(): void;
}

/**
 * Runs `task` each `interval_ms`, first after one, counted from the end of the run before. It must
 * not throw, and keeps no process alive.
 */
export function repeat(interval_ms: number, task: () => Promise<void>): Repeat {
  let stopped = false;
  let timer: Timer | undefined;
  const next = (): void => {
    timer = setTimeout(() => void task().then(() => stopped || next()), interval_ms);
    timer.unref();
  };
  next();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
