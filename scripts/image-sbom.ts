/**
 * Prints the SBOM of the image, CycloneDX 1.6 in JSON: every Debian package, linkrd among them.
 *
 *   bun scripts/image-sbom.ts PACKAGES NAME SECONDS
 *
 * PACKAGES has a line each: name, version, architecture, source package, its version, by tabs.
 */
import { readFile } from "node:fs/promises";

const [file = "", name = "", seconds = "0"] = Bun.argv.slice(2);
const lines = (await readFile(file, "utf8")).trimEnd().split("\n");

const components = lines.map((line) => {
  const [binary = "", version = "", architecture = "", source = "", sourceVersion = ""] =
    line.split("\t");
  const parts = [binary, version, architecture].map(encodeURIComponent);
  return {
    type: binary.startsWith("linux-image-") ? "operating-system" : "library",
    name: binary,
    version,
    purl: `pkg:deb/debian/${parts[0]}@${parts[1]}?arch=${parts[2]}&distro=debian-13`,
    properties: [
      { name: "debian:source", value: source },
      { name: "debian:source-version", value: sourceVersion },
    ],
  };
});

const sbom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    timestamp: new Date(Number(seconds) * 1000).toISOString(),
    component: { type: "operating-system", name },
  },
  components,
};
await Bun.write(Bun.stdout, `${JSON.stringify(sbom, null, 1)}\n`);
