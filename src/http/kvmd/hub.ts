/** All that the clients of PiKVM's WebSocket are told of the device. */
import { type Repeat, repeat } from "../../access/repeat.ts";
import type { Log } from "../../base/log.ts";
import { KVMD_VERSION } from "./dialect.ts";
import { eventText, type Listener, type Subject, Topic } from "./topic.ts";

export interface HubClient extends Listener {
  /** Whether it watches the screen too. */
  readonly isViewer: boolean;
  ping(): void;
}

/** kvmd's heartbeat: whoever does not answer is closed by the runtime. */
const PING_MS = 15_000;
const LOOP = eventText("loop", { version: KVMD_VERSION });

export class Hub {
  readonly #clients = new Set<HubClient>();
  readonly #viewers: Topic;
  readonly #topics: readonly Topic[];
  #pings: Repeat | undefined;

  constructor(subjects: readonly Subject[], log: Log) {
    const viewers = {
      name: "clients",
      read: () => ({ count: [...this.#clients].filter(({ isViewer }) => isViewer).length }),
    };
    this.#viewers = new Topic(viewers, log);
    this.#topics = [this.#viewers, ...subjects.map((subject) => new Topic(subject, log))];
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Greets `client`, tells it everything, and from then on what changes. */
  async join(client: HubClient): Promise<void> {
    this.#clients.add(client);
    client.hear(LOOP);
    this.#pings ??= repeat(PING_MS, async () => {
      for (const each of this.#clients) each.ping();
    });
    const isGone = () => !this.#clients.has(client);
    await Promise.all(this.#topics.map((topic) => topic.join(client, isGone)));
  }

  leave(client: HubClient): void {
    if (!this.#clients.delete(client)) return;
    for (const topic of this.#topics) topic.leave(client);
    if (client.isViewer) void this.#viewers.look();
    if (this.#clients.size > 0) return;
    this.#pings?.stop();
    this.#pings = undefined;
  }
}
