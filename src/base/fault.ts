/**
 * Every way linkrd can say no: one table of codes, each with its HTTP status and exit status.
 *
 * A fault's message is one sentence that names what is wrong and, after a colon, what to do about
 * it. The lower error travels as `cause` and is never pasted into the message. Status 500 means a
 * bug of ours; 503 means that the machine is not ready and asking again later may work.
 */
export const FAULTS = {
  bad_request: { status: 400, exit: 2 },
  unauthorized: { status: 401, exit: 1 },
  no_permission: { status: 403, exit: 1 },
  wrong_password: { status: 403, exit: 1 },
  not_found: { status: 404, exit: 1 },
  method_not_allowed: { status: 405, exit: 1 },
  conflict: { status: 409, exit: 1 },
  body_too_large: { status: 413, exit: 1 },
  unsupported_media_type: { status: 415, exit: 1 },
  misdirected: { status: 421, exit: 1 },
  upgrade_required: { status: 426, exit: 1 },
  too_many: { status: 429, exit: 1 },
  internal: { status: 500, exit: 1 },
  no_video: { status: 503, exit: 1 },
  no_hid: { status: 503, exit: 1 },
  stopping: { status: 503, exit: 1 },
  storage: { status: 507, exit: 1 },
  usage: { status: 400, exit: 2 },
  bad_config: { status: 500, exit: 2 },
  no_library: { status: 500, exit: 1 },
  no_access: { status: 500, exit: 1 },
  not_running: { status: 503, exit: 1 },
  system: { status: 500, exit: 1 },
} as const;

export type FaultCode = keyof typeof FAULTS;

/** An expected failure, told in words for the person who caused it or can mend it. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Machine-readable facts beside the sentence, such as the index of a refused event. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: FaultCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.details = options.details ?? {};
  }

  get status(): number {
    return FAULTS[this.code].status;
  }

  get exit(): number {
    return FAULTS[this.code].exit;
  }
}

/** The message of `error` and of each cause under it, joined by `: `, bounded to eight levels. */
export function chain(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; depth < 8 && current !== undefined && current !== null; depth++) {
    parts.push(current instanceof Error ? current.message : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(": ");
}
