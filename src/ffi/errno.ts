/** Those that code of ours asks about, or says in the kernel's place. */
export const EPERM = 1;
export const EIO = 5;
export const E2BIG = 7;
export const EBADF = 9;
export const EAGAIN = 11;
export const EACCES = 13;
export const EINVAL = 22;
export const EMSGSIZE = 90;
export const ECANCELED = 125;

/**
 * Names of the errno values that devices answer with (asm-generic/errno*.h, same on arm64 and x64).
 */
export const ERRNO_NAMES: ReadonlyMap<number, string> = new Map([
  [EPERM, "EPERM"],
  [2, "ENOENT"],
  [4, "EINTR"],
  [EIO, "EIO"],
  [6, "ENXIO"],
  [E2BIG, "E2BIG"],
  [EBADF, "EBADF"],
  [EAGAIN, "EAGAIN"],
  [12, "ENOMEM"],
  [EACCES, "EACCES"],
  [16, "EBUSY"],
  [17, "EEXIST"],
  [19, "ENODEV"],
  [20, "ENOTDIR"],
  [21, "EISDIR"],
  [EINVAL, "EINVAL"],
  [23, "ENFILE"],
  [24, "EMFILE"],
  [25, "ENOTTY"],
  [28, "ENOSPC"],
  [32, "EPIPE"],
  [34, "ERANGE"],
  [37, "ENOLCK"],
  [61, "ENODATA"],
  [67, "ENOLINK"],
  [77, "EBADFD"],
  [EMSGSIZE, "EMSGSIZE"],
  [104, "ECONNRESET"],
  [107, "ENOTCONN"],
  [108, "ESHUTDOWN"],
  [110, "ETIMEDOUT"],
  [121, "EREMOTEIO"],
  [ECANCELED, "ECANCELED"],
]);

/** The kernel's name of `errno`, a positive number. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
}

/** A system call that failed: which one, on what, and how. Told to a person as a Fault's cause. */
export class SystemError extends Error {
  readonly errno: string;

  constructor(call: string, subject: string, errno: number) {
    const name = errnoName(errno);
    super(`${call} ${subject}: ${name}`);
    this.name = "SystemError";
    this.errno = name;
  }

  /** As Node's own errors tell it. */
  get code(): string {
    return this.errno;
  }
}

/** The non-negative result of a native call; a negative one is -errno and is thrown. */
export function check(result: number, call: string, subject: string): number {
  if (result < 0) throw new SystemError(call, subject, -result);
  return result;
}
