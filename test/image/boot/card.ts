/** The partitions of an image or card, reached from outside, as on a person's own computer. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../../lab/guest/run.ts";

/** Where the image has its boot partition, for mtools. */
export const BOOT_AT = "16M";

/** Puts `files` into linkrd/ of the boot partition of a raw `image`. */
export async function putOnCard(
  image: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "linkrd-card-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content);
      const target = ["-i", `${image}@@${BOOT_AT}`, join(folder, name), `::linkrd/${name}`];
      await must(["mcopy", "-o", ...target]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
