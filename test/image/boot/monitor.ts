/**
 * The control channel of qemu (QMP): a JSON object a line, events in between, which nobody here
 * waits for. qemu listens to one caller at a time: until it hangs up.
 */
import type { Socket } from "bun";

interface Line {
  readonly QMP?: unknown;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

export class Monitor implements Disposable {
  #socket: Socket | undefined;
  #text = "";
  #waiting = Promise.withResolvers<Line>();

  /** Throws while there is no qemu at `path`. */
  static async open(path: string): Promise<Monitor> {
    const monitor = new Monitor();
    const greeted = monitor.#waiting.promise;
    monitor.#socket = await Bun.connect({
      unix: path,
      socket: {
        data: (_, bytes) => monitor.#take(bytes.toString()),
        close: () => monitor.#waiting.resolve({ error: { desc: "qemu hung up" } }),
      },
    });
    await greeted;
    await monitor.order("qmp_capabilities");
    return monitor;
  }

  /** Has `command` done, and answers what came of it. Throws what qemu says against it. */
  async order(command: string, parameters: object = {}): Promise<unknown> {
    this.#waiting = Promise.withResolvers();
    this.#socket?.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    const { return: answer, error } = await this.#waiting.promise;
    if (error !== undefined) throw new Error(`qemu: ${command}: ${error.desc}`);
    return answer;
  }

  /** The member `status` of what `command` answers. */
  async status(command: "query-status" | "query-migrate"): Promise<string | undefined> {
    return ((await this.order(command)) as { status?: string }).status;
  }

  [Symbol.dispose](): void {
    this.#socket?.end();
  }

  #take(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop() ?? "";
    for (const text of lines) {
      const line: Line = JSON.parse(text);
      if ("QMP" in line || "return" in line || "error" in line) this.#waiting.resolve(line);
    }
  }
}
