/**
 * One writer at a time, across processes: the daemon and a command line beside it. Held through
 * SQLite's lock on an empty file that is never written, because that is a lock of the kernel
 * (fcntl), gone the moment its process dies however it dies. A file with a process id in it would
 * have to be guessed stale, and two that guess at once would both win.
 */
import { Database, constants as sqlite } from "bun:sqlite";
import { closeSync, openSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { errnoOf, storageFault } from "./storage.ts";

const RETRY_MS = 10;

/**
 * Runs `task` while no other process or caller holds the lock `path`, which is made if missing.
 * A Fault `storage` when it cannot be had within `wait_ms`, or cannot be made.
 */
export async function withLock<Result>(
  path: string,
  task: () => Promise<Result>,
  wait_ms: number = LIMITS.lock_wait_ms_max,
): Promise<Result> {
  createLock(path);
  const held = await acquire(path, wait_ms);
  try {
    return await task();
  } finally {
    held.close();
  }
}

/** For our eyes only: who may open it could hold it for ever. */
function createLock(path: string): void {
  try {
    // Closed before anyone can lock it: closing any handle of a file drops a process's fcntl locks.
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw storageFault(path, error);
  }
}

async function acquire(path: string, wait_ms: number): Promise<Database> {
  const deadline = performance.now() + wait_ms;
  for (;;) {
    const database = tryAcquire(path);
    if (database !== undefined) return database;
    if (performance.now() >= deadline) {
      throw new Fault("storage", `${path} is held by another linkrd: try again, or end that one`);
    }
    await Bun.sleep(RETRY_MS);
  }
}

function tryAcquire(path: string): Database | undefined {
  let database: Database | undefined;
  try {
    database = new Database(path, sqlite.SQLITE_OPEN_READWRITE | sqlite.SQLITE_OPEN_NOFOLLOW);
    database.run("PRAGMA journal_mode = MEMORY");
    database.run("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (errnoOf(error)?.startsWith("SQLITE_BUSY") === true) return undefined;
    throw new Fault("storage", `${path} cannot be locked: remove it`, { cause: error });
  }
}
