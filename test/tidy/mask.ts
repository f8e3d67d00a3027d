/** Words after which a slash begins a regular expression, where after others it divides. */
const BEFORE_EXPRESSION = /(?:^|[^\w.])(?:return|typeof|case|in|of|do|else|void|throw|new|await)$/;

/**
 * TypeScript with each character of a comment, and of the inside of a string, a template or a
 * regular expression, made a space. Newlines, quotes and offsets stay, so that patterns can be
 * looked for in code alone, and brackets counted.
 */
export function mask(text: string): string {
  const masker = new Masker(text);
  return masker.run();
}

class Masker {
  readonly #text: string;
  readonly #out: string[] = [];
  /** For each template that is open, how many braces are open in its `${…}`. */
  readonly #templates: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string {
    while (this.#at < this.#text.length) this.#step();
    return this.#out.join("");
  }

  #step(): void {
    const here = this.#text[this.#at] ?? "";
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === "//") this.#blank(end(this.#text, "\n", this.#at));
    else if (two === "/*") this.#blank(end(this.#text, "*/", this.#at + 2) + 2);
    else if (here === '"' || here === "'") this.#quoted(here);
    else if (here === "`") this.#template();
    else if (here === "/" && this.#expressionMayBegin()) this.#regularExpression();
    else if (here === "{" || here === "}") this.#brace(here);
    else this.#keep(1);
  }

  #quoted(quote: string): void {
    this.#keep(1);
    let stop = this.#at;
    while (stop < this.#text.length && this.#text[stop] !== quote) {
      stop += this.#text[stop] === "\\" ? 2 : 1;
    }
    this.#blank(stop);
    this.#keep(1);
  }

  #template(): void {
    this.#keep(1);
    let stop = this.#at;
    while (stop < this.#text.length && this.#text[stop] !== "`") {
      if (this.#text.startsWith("${", stop)) {
        this.#blank(stop);
        this.#keep(2);
        this.#templates.push(0);
        return;
      }
      stop += this.#text[stop] === "\\" ? 2 : 1;
    }
    this.#blank(stop);
    this.#keep(1);
  }

  #brace(here: "{" | "}"): void {
    const open = this.#templates.at(-1);
    if (open === 0 && here === "}") {
      this.#templates.pop();
      this.#template();
      return;
    }
    if (open !== undefined)
      this.#templates.push((this.#templates.pop() ?? 0) + (here === "{" ? 1 : -1));
    this.#keep(1);
  }

  #regularExpression(): void {
    this.#keep(1);
    let stop = this.#at;
    let inClass = false;
    while (stop < this.#text.length && (inClass || this.#text[stop] !== "/")) {
      if (this.#text[stop] === "[") inClass = true;
      if (this.#text[stop] === "]") inClass = false;
      stop += this.#text[stop] === "\\" ? 2 : 1;
    }
    this.#blank(stop);
    this.#keep(1);
  }

  /** After `<` it ends an element of JSX: no expression is compared with a regular one. */
  #expressionMayBegin(): boolean {
    const before = this.#out.slice(-200).join("").trimEnd();
    return before === "" || /[(,=:[!&|?{;+\-*%>~^]$/.test(before) || BEFORE_EXPRESSION.test(before);
  }

  #keep(count: number): void {
    this.#out.push(this.#text.slice(this.#at, this.#at + count));
    this.#at += count;
  }

  #blank(stop: number): void {
    this.#out.push(this.#text.slice(this.#at, stop).replace(/[^\n]/g, " "));
    this.#at = Math.min(stop, this.#text.length);
  }
}

function end(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}
