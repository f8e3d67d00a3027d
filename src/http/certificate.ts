import { X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";

/** What HTTPS shows, and how a person can tell that it is this device. */
export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` and browsers write it. */
  readonly fingerprint: string;
}

/** Long past for any clock that a board may wake up with, since it has none of its own. */
const NOT_BEFORE = new Date("2020-01-01T00:00:00Z");
/** Clients pin the fingerprint, so a date on which it changes by itself would only break them. */
const NOT_AFTER = new Date("2049-12-31T23:59:59Z");

/**
 * The operator's certificate, or one that is made at first start and kept in the state folder.
 *
 * @param own paths of PEM files; both empty for the device's own @throws Fault `no_access` or
 * `bad_config` that names the file
 */
export async function openCertificate(
  own: { readonly cert: string; readonly key: string },
  stateDir: string,
): Promise<Certificate> {
  if (own.cert !== "") return await load(own.cert, own.key);
  const folder = join(stateDir, "tls");
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  if (!(await Bun.file(cert).exists())) await make(folder, cert, key);
  return await load(cert, key);
}

async function load(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  try {
    return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
  } catch (cause) {
    throw new Fault("bad_config", `${certFile} holds no certificate: give a PEM file`, { cause });
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const remedy = "linkrd's user must be able to read it";
    throw new Fault("no_access", `${file} cannot be read: ${remedy}`, { cause });
  }
}

/** The certificate goes last: while it is missing, both are made anew. */
async function make(folder: string, certFile: string, keyFile: string): Promise<void> {
  // Loaded here alone: it is large, and needed once in the life of a device.
  const { generate } = await import("selfsigned");
  const name = hostname();
  const names = [...new Set([name, `${name}.local`, "localhost"])];
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: NOT_BEFORE,
    notAfterDate: NOT_AFTER,
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: "127.0.0.1" },
          { type: 7 as const, ip: "::1" },
        ],
      },
    ],
  });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeSecret(keyFile, made.private);
    await writeSecret(certFile, made.cert);
  } catch (cause) {
    const remedy = "free the disk, or set [server] https_port = 0";
    throw new Fault("storage", `${folder} takes no certificate: ${remedy}`, { cause });
  }
}

async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
