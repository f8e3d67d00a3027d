/** Checks that share a world: what is set up once and taken down after the last of them. */
export interface Group {
  readonly name: string;
  /** Names of the checks, known without a guest so that the host can expect every one of them. */
  readonly checks: readonly string[];
  run(report: Report): Promise<void>;
}

export type Report = (name: string, check: () => Promise<void>) => Promise<void>;

/**
 * Binds `checks` to the world that `open` sets up. They run in order, each told the same world; one
 * that fails does not stop the next. Where the world cannot be set up, every check fails with why.
 */
export function group<World extends AsyncDisposable>(
  name: string,
  open: () => Promise<World>,
  checks: Readonly<Record<string, (world: World) => Promise<void>>>,
): Group {
  return {
    name,
    checks: Object.keys(checks),
    async run(report) {
      let world: World;
      try {
        world = await open();
      } catch (cause) {
        for (const check of Object.keys(checks)) {
          await report(check, () => Promise.reject(new Error("setting up", { cause })));
        }
        return;
      }
      for (const [check, body] of Object.entries(checks)) await report(check, () => body(world));
      await world[Symbol.asyncDispose]();
    },
  };
}
