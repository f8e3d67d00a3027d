/** A user of a world, with a session as a browser has it. */
import { hashPassword } from "../../src/access/password.ts";
import { type Ask, ask, type Seen, type World } from "./world.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

export function form(fields: Readonly<Record<string, string>>): Ask {
  return { method: "POST", headers: FORM, body: new URLSearchParams(fields).toString() };
}

/** What an answer's cookie is, as a browser sends it back. */
export function cookieOf({ headers }: Seen): string {
  return headers["set-cookie"]?.split(";")[0] ?? "";
}

export class Person {
  readonly world: World;
  readonly name: string;
  password: string;
  cookie = "";

  constructor(world: World, name: string, password: string) {
    this.world = world;
    this.name = name;
    this.password = password;
  }

  /** One with a user in the file and a session. */
  static async enter(world: World, name: string, password = "right"): Promise<Person> {
    await world.store.addUser(name, await hashPassword(password));
    const person = new Person(world, name, password);
    await person.logIn();
    return person;
  }

  async logIn(): Promise<Seen> {
    const fields = { user: this.name, passwd: this.password };
    const seen = await ask(this.world.parts, "/api/auth/login", form(fields));
    if (seen.status === 200) this.cookie = cookieOf(seen);
    return seen;
  }

  /** Asks with the cookie; `body` goes as JSON. */
  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const how = { method, headers: { cookie: this.cookie, ...headers } };
    const sent = body === undefined ? how : { ...how, body: JSON.stringify(body) };
    return ask(this.world.parts, path, sent);
  }
}
