import type { HidSink } from "../../src/control/runner.ts";
import type { HidReport } from "../../src/hid/reports.ts";

/** A host that notes what it takes, as `k 020004`: endpoint and bytes without zeros at the end. */
export class NotingSink implements HidSink {
  readonly taken: string[] = [];
  /** How many reports came in each call. */
  readonly sizes: number[] = [];
  /** Awaited before each call's reports are taken; replace it to stall or to fail. */
  before: (signal?: AbortSignal) => Promise<void> = async () => undefined;

  async send(reports: readonly HidReport[], signal?: AbortSignal): Promise<void> {
    await this.before(signal);
    this.sizes.push(reports.length);
    for (const { endpoint, bytes } of reports) {
      this.taken.push(`${endpoint[0]} ${bytes.toHex().replace(/(00)+$/, "")}`);
    }
  }
}
