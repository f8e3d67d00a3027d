/** Updates made of an image: as good as it is, or with what a bad one could have. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must } from "../../lab/guest/run.ts";
import { BOOT_AT } from "./card.ts";

const PACK = resolve(import.meta.dir, "../../../scripts/image-bundle.sh");
/** The root of slot a, behind the gap and the boot partition. */
const ROOT_AT = (16 + 256) * 2 ** 20;
/** Where a squashfs tells, as 64 bits, how many of its bytes are used. */
const USED_AT = 40;

export interface Making {
  readonly version: string;
  readonly compatible?: string;
  /** Words that are put behind the kernel's command line. */
  readonly options?: string;
  /** KEY and CERT of somebody else. */
  readonly signer?: Readonly<Record<"KEY" | "CERT", string>>;
  /** In the place of the image's own root and slot. */
  readonly root?: string;
  readonly slot?: string;
}

export class Bundles {
  readonly folder: string;
  /** The folder of slot a, and its root, as the image has them. */
  readonly slot: string;
  readonly root: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.slot = join(folder, "a");
    this.root = join(folder, "root.squashfs");
  }

  static async of(image: string, folder: string): Promise<Bundles> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const bundles = new Bundles(folder);
    await must(["mcopy", "-s", "-i", `${image}@@${BOOT_AT}`, "::a", folder]);
    const head = await Bun.file(image)
      .slice(ROOT_AT, ROOT_AT + 64)
      .arrayBuffer();
    // mksquashfs fills up to 4 KiB.
    const used = Math.ceil(Number(new DataView(head).getBigUint64(USED_AT, true)) / 4096) * 4096;
    const range = [`skip=${ROOT_AT}`, `count=${used}`, "iflag=skip_bytes,count_bytes", "bs=1M"];
    await must(["dd", `if=${image}`, `of=${bundles.root}`, ...range, "status=none"]);
    return bundles;
  }

  /** @returns the file */
  async make(name: string, making: Making): Promise<string> {
    const file = join(this.folder, `${name}.raucb`);
    const slot = join(this.folder, "slot");
    await cp(making.slot ?? this.slot, slot, { recursive: true });
    await retitle(slot, making);
    const { version, compatible = "linkrd-arm64" } = making;
    const child = Bun.spawn([PACK, slot, making.root ?? this.root, version, compatible, file], {
      env: { ...process.env, ...making.signer },
      stdout: "ignore",
    });
    const exit = await child.exited;
    await rm(slot, { recursive: true });
    if (exit !== 0) throw new Error(`${name}: not packed`);
    return file;
  }

  /** A slot and a root that take no time, for updates that are refused before they are written. */
  async small(): Promise<{ readonly slot: string; readonly root: string }> {
    const slot = join(this.folder, "small");
    const root = join(this.folder, "small.squashfs");
    await mkdir(slot, { recursive: true });
    for (const name of await readdir(this.slot)) {
      if (/\.(?:conf|txt)$/.test(name)) await cp(join(this.slot, name), join(slot, name));
    }
    // RAUC wants some bytes that cannot be packed smaller.
    await writeFile(join(slot, "vmlinuz"), crypto.getRandomValues(new Uint8Array(65536)));
    await writeFile(root, new Uint8Array(8192));
    return { slot, root };
  }

  /** A key pair that no device knows. */
  async stranger(): Promise<Record<"KEY" | "CERT", string>> {
    const pair = { KEY: join(this.folder, "key.pem"), CERT: join(this.folder, "cert.pem") };
    await must([
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
      ...["-noenc", "-subj", "/CN=somebody", "-keyout", pair.KEY, "-out", pair.CERT],
    ]);
    return pair;
  }
}

async function retitle(slot: string, { version, options = "" }: Making): Promise<void> {
  const file = join(slot, "entry.conf");
  const text = await readFile(file, "utf8");
  const titled = text.replace(/^title .*$/m, `title linkrd ${version}`);
  await writeFile(file, titled.replace(/^options .*$/m, `$& ${options}`));
}
