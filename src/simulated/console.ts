const TAB_COLUMNS = 8;

/** Keys that edit the line being typed, by what they do. */
export type Edit = "enter" | "tab" | "backspace" | "delete" | "left" | "right" | "home" | "end";

/**
 * A text console without pixels: finished rows, and one line with a prompt that is being typed.
 *
 * Nothing runs a command: Enter finishes the line and shows the next prompt. A line longer than the
 * whole console scrolls like any other text; what scrolled off is not edited any more.
 */
export class Console {
  readonly columns: number;
  readonly rows: number;
  readonly #prompt: string;
  readonly #finished: string[] = [];
  #line: string;
  /** Where in the line typing began, and where the next character goes. */
  #start: number;
  #at: number;

  /** @param columns characters a row, 1 or more @param rows 1 or more */
  constructor(columns: number, rows: number, prompt: string) {
    this.columns = columns;
    this.rows = rows;
    this.#prompt = prompt;
    this.#line = prompt;
    this.#start = prompt.length;
    this.#at = prompt.length;
  }

  /** Puts a line of the host's own above the line being typed. */
  print(text: string): void {
    this.#finish(text);
  }

  /** Inserts printable characters at the cursor. */
  type(text: string): void {
    this.#line = this.#line.slice(0, this.#at) + text + this.#line.slice(this.#at);
    this.#at += text.length;
    while (this.#line.length > this.rows * this.columns) this.#scroll();
  }

  edit(key: Edit): void {
    switch (key) {
      case "enter":
        this.#finish(this.#line);
        this.#line = this.#prompt;
        this.#start = this.#at = this.#prompt.length;
        return;
      case "tab":
        this.type(" ".repeat(TAB_COLUMNS - ((this.#at % this.columns) % TAB_COLUMNS)));
        return;
      case "backspace":
        if (this.#at > this.#start) this.#cut(--this.#at);
        return;
      case "delete":
        this.#cut(this.#at);
        return;
      case "left":
        this.#at = Math.max(this.#start, this.#at - 1);
        return;
      case "right":
        this.#at = Math.min(this.#line.length, this.#at + 1);
        return;
      case "home":
        this.#at = this.#start;
        return;
      case "end":
        this.#at = this.#line.length;
    }
  }

  /** What shows: at most `rows` strings of at most `columns` characters, from the top. */
  view(): readonly string[] {
    return [...this.#finished, ...this.#wrap(this.#line, this.#at)].slice(-this.rows);
  }

  /** Where the cursor shows: row and column from 0. */
  get cursor(): { readonly row: number; readonly column: number } {
    const all = this.#finished.length + this.#wrap(this.#line, this.#at).length;
    const row = this.#finished.length + Math.floor(this.#at / this.columns);
    return { row: row - Math.max(0, all - this.rows), column: this.#at % this.columns };
  }

  #cut(at: number): void {
    this.#line = this.#line.slice(0, at) + this.#line.slice(at + 1);
  }

  /** Gives up the first row of a line that has outgrown the console. */
  #scroll(): void {
    this.#finish(this.#line.slice(0, this.columns));
    this.#line = this.#line.slice(this.columns);
    this.#start = Math.max(0, this.#start - this.columns);
    this.#at = Math.max(this.#start, this.#at - this.columns);
  }

  #finish(text: string): void {
    this.#finished.push(...this.#wrap(text, 0));
    this.#finished.splice(0, this.#finished.length - this.rows);
  }

  /** `text` in rows, as many as it takes to show a cursor at index `at` as well. */
  #wrap(text: string, at: number): string[] {
    const count = Math.max(
      1,
      Math.ceil(text.length / this.columns),
      1 + Math.floor(at / this.columns),
    );
    return Array.from({ length: count }, (_, row) =>
      text.slice(row * this.columns, (row + 1) * this.columns),
    );
  }
}
