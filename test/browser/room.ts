/** What the tests of a file share: a browser, and the built binary with its simulated host. */
import { afterAll, beforeAll } from "bun:test";
import type { Browser } from "playwright-core";
import { Linkrd } from "../api/linkrd.ts";
import { enter } from "../api/person.ts";
import { arrive, launch, type Options, type Person, visit } from "./chromium.ts";

/** The daemon, or a wire to it. */
type Server = Parameters<typeof visit>[1];

interface Parts {
  readonly browser: Browser;
  readonly linkrd: Linkrd;
}

export class Room {
  #parts: Parts | undefined;
  #cookie = "";

  /** One from before the first test of the file until after its last. */
  static forTests(): Room {
    const room = new Room();
    beforeAll(async () => {
      const [browser, linkrd] = await Promise.all([launch(), Linkrd.start()]);
      room.#parts = { browser, linkrd };
    });
    afterAll(async () => {
      await room.browser.close();
      await room.linkrd[Symbol.asyncDispose]();
    });
    return room;
  }

  get browser(): Browser {
    return this.#given.browser;
  }

  get linkrd(): Linkrd {
    return this.#given.linkrd;
  }

  /** The session of `admin`, who is made when this is asked for first. */
  async cookie(): Promise<string> {
    if (this.#cookie === "") this.#cookie = await enter(this.linkrd);
    return this.#cookie;
  }

  /** A test has logged `admin` out. */
  forgetCookie(): void {
    this.#cookie = "";
  }

  /** Somebody who has opened the page. */
  visit(options: Options = {}, server: Server = this.linkrd): Promise<Person> {
    return visit(this.browser, server, options);
  }

  /** Somebody who is logged in as `admin`. */
  async arrive(options: Options = {}, server: Server = this.linkrd): Promise<Person> {
    return await arrive(this.browser, server, await this.cookie(), options);
  }

  get #given(): Parts {
    if (this.#parts === undefined) throw new Error("the tests of this file have not begun");
    return this.#parts;
  }
}
