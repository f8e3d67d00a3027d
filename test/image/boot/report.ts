/** What was checked, how it went, and the numbers that came up on the way. */
export class Report {
  readonly #started = performance.now();
  readonly #numbers: [string, string][] = [];
  #passed = 0;
  readonly #failed: string[] = [];

  /** Runs one check; what it throws is its failure, told at once, and the next one goes on. */
  async check(name: string, task: () => Promise<string | undefined>): Promise<void> {
    this.say(`… ${name}`);
    try {
      const found = await task();
      this.#passed += 1;
      this.say(`ok ${name}${found === undefined ? "" : `: ${found}`}`);
    } catch (error) {
      this.#failed.push(name);
      this.say(`not ok ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** A row of the table at the end. */
  number(what: string, value: string): void {
    this.#numbers.push([what, value]);
  }

  /** @returns whether all went well, and something was checked at all */
  end(): boolean {
    const rows = this.#numbers.map(([what, value]) => `| ${what} | ${value} |`);
    process.stdout.write(["", "| what | result |", "|---|---|", ...rows, "", ""].join("\n"));
    process.stdout.write(`${this.#passed} passed, ${this.#failed.length} failed\n`);
    return this.#failed.length === 0 && this.#passed > 0;
  }

  say(line: string): void {
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    process.stdout.write(`image-test: [${String(seconds).padStart(4)} s] ${line}\n`);
  }
}
