import { SystemError } from "../ffi/errno.ts";
import { NoPicture, type Stage } from "./signal.ts";

const STAGE_OF_ERRNO: Readonly<Record<string, Stage>> = {
  ENOENT: "no device",
  ENODEV: "no device",
  ENXIO: "no device",
  ENOTDIR: "no device",
  EISDIR: "unsupported",
  ENOTTY: "unsupported",
  EACCES: "no permission",
  EPERM: "no permission",
  EBUSY: "busy",
  ENOLINK: "no signal",
  ENOLCK: "unstable signal",
};

/** The result of `action`, with what the system says against it as NoPicture. */
export function told<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw stageOf(error);
  }
}

/** What a device's error means for the picture. @throws what is no error of a device */
export function stageOf(error: unknown): NoPicture {
  if (error instanceof NoPicture) return error;
  if (error instanceof SystemError) {
    return new NoPicture(STAGE_OF_ERRNO[error.errno] ?? "failed", error.message);
  }
  throw error;
}
