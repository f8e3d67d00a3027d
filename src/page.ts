/** The page as scripts/web.ts has bundled it, which the binary carries inside. */
import carried from "../build/page.assets" with { type: "text" };
import type { Asset, Encoding } from "./http/page.ts";

/** One file of build/page.assets; its bytes in base64, once for each encoding. */
export interface CarriedAsset
  extends Pick<Asset, "path" | "type" | "digest" | "immutable">,
    Readonly<Record<Encoding, string>> {}

/** Unpacks the page; the build has made the text, so it is what it says. */
export function loadPage(): readonly Asset[] {
  const assets = JSON.parse(carried) as readonly CarriedAsset[];
  return assets.map(({ identity, gzip, br, ...rest }) => ({
    ...rest,
    bodies: { identity: bytesOf(identity), gzip: bytesOf(gzip), br: bytesOf(br) },
  }));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(base64);
}
