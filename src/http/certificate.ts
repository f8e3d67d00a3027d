import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { chain, Fault } from "../base/fault.ts";
import type { Log } from "../base/log.ts";

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
 * The operator's certificate, or the device's own, which is made at the first start and kept in the
 * state folder. That folder may be lost or damaged, and its disk full: the device is served with
 * another certificate then, and the log says so.
 *
 * @param own paths of PEM files; both empty for the device's own @throws Fault `no_access` or
 * `bad_config` that names the operator's file
 */
export async function openCertificate(
  own: { readonly cert: string; readonly key: string },
  stateDir: string,
  log: Log,
): Promise<Certificate> {
  if (own.cert !== "") return await load(own.cert, own.key);
  const folder = join(stateDir, "tls");
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  if (await Bun.file(files.cert).exists()) {
    try {
      return await load(files.cert, files.key);
    } catch (error) {
      log.warn(`the device gets another certificate and fingerprint: ${chain(error)}`);
    }
  }
  const made = await make();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // The certificate goes last: while it is missing, both are made anew.
    await writeSecret(files.key, made.key);
    await writeSecret(files.cert, made.cert);
  } catch (error) {
    log.warn(`${folder} takes no certificate, the next start makes another: ${chain(error)}`);
  }
  return made;
}

/** A pair of PEM files that belong together. */
async function load(certFile: string, keyFile: string): Promise<Certificate> {
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  const shown = parsed(`${certFile} holds no certificate`, () => new X509Certificate(cert));
  const secret = parsed(`${keyFile} holds no private key`, () => createPrivateKey(key));
  if (!shown.checkPrivateKey(secret)) {
    const remedy = "give the two that were made together";
    throw new Fault("bad_config", `${keyFile} is not the key of ${certFile}: ${remedy}`);
  }
  return { cert, key, fingerprint: shown.fingerprint256 };
}

function parsed<Value>(what: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    throw new Fault("bad_config", `${what}: give a PEM file`, { cause });
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

async function make(): Promise<Certificate> {
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
  const { cert, private: key } = made;
  return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
}

async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
