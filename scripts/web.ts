/**
 * Bundles the page into build/page.assets, which the binary carries: each file with its address,
 * type and digest, plain and compressed, as JSON. Names carry a digest, so that browsers may keep
 * them for good; index.html names them and is asked for anew each time.
 */
import { mkdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { CarriedAsset } from "../src/page.ts";

const SOURCE = join(import.meta.dir, "../src/web");
const TARGET = join(import.meta.dir, "../build/page.assets");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const bundled = await Bun.build({
  entrypoints: [join(SOURCE, "main.tsx"), join(SOURCE, "style/page.css")],
  target: "browser",
  minify: true,
  naming: "[name]-[hash].[ext]",
  define: { "process.env.NODE_ENV": '"production"' },
});
const assets: CarriedAsset[] = [];
const addresses = new Map<string, string>();
for (const output of bundled.outputs) {
  const address = `/assets/${basename(output.path)}`;
  addresses.set(output.path.endsWith(".css") ? "page.css" : "main.js", address);
  assets.push(pack(address, new Uint8Array(await output.arrayBuffer()), true));
}
const icon = await readFile(join(SOURCE, "icon.svg"));
const iconAddress = `/assets/icon-${digestOf(icon).slice(0, 8)}.svg`;
addresses.set("icon.svg", iconAddress);
assets.push(pack(iconAddress, icon, true));

const template = await readFile(join(SOURCE, "index.html"), "utf8");
const html = template.replace(/\{(main\.js|page\.css|icon\.svg)\}/g, (_, name: string) => {
  const address = addresses.get(name);
  if (address === undefined) throw new Error(`web: nothing was bundled as ${name}`);
  return address;
});
assets.push(pack("/", new TextEncoder().encode(html), false, ".html"));

await mkdir(join(TARGET, ".."), { recursive: true });
await Bun.write(TARGET, JSON.stringify(assets));
const bytes = assets.reduce((sum, { br }) => sum + Buffer.from(br, "base64").length, 0);
process.stdout.write(`web: ${assets.length} files, ${(bytes / 1000).toFixed(1)} kB compressed\n`);

function pack(
  path: string,
  content: Uint8Array,
  immutable: boolean,
  extension = extname(path),
): CarriedAsset {
  const type = TYPES[extension];
  if (type === undefined) throw new Error(`web: ${path} has no known type`);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  return {
    path,
    type,
    digest: digestOf(content).slice(0, 16),
    immutable,
    identity: Buffer.from(content).toString("base64"),
    gzip: gzipSync(content, { level: 9 }).toString("base64"),
    br: brotliCompressSync(content, quality).toString("base64"),
  };
}

function digestOf(content: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("hex");
}
