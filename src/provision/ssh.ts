import { Fault } from "../base/fault.ts";

/** What OpenSSH 10 takes by default, with and without a security key. */
const KINDS = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];
const KEY = new RegExp(
  `(?:^|\\s)(${KINDS.map((kind) => kind.replaceAll(".", "\\.")).join("|")})` +
    "\\s+([A-Za-z0-9+/]+={0,2})(?:\\s|$)",
);

/** The keys in `text`, of the form of authorized_keys (sshd(8)). Throws for a line that is none. */
export function parseAuthorizedKeys(text: string): readonly string[] {
  if (/-----BEGIN .*PRIVATE KEY-----/.test(text)) {
    const remedy = "make another one, and put the .pub file of that here";
    throw new Fault("bad_config", `it is a private key, which nobody else may ever see: ${remedy}`);
  }
  const keys = text.split("\n").flatMap((line, index) => {
    const key = line.trim();
    if (key === "" || key.startsWith("#")) return [];
    if (isKey(key)) return [key];
    const remedy = "copy the whole line of the .pub file";
    throw new Fault("bad_config", `line ${index + 1} is no SSH public key: ${remedy}`);
  });
  if (keys.length === 0) {
    throw new Fault("bad_config", "it has no key: put the line of a .pub file into it");
  }
  return keys;
}

/** A key's bytes begin with its kind again (RFC 4253, 6.6), after four bytes of length. */
function isKey(line: string): boolean {
  const [, kind = "", encoded = ""] = KEY.exec(line) ?? [];
  if (kind === "") return false;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length > kind.length + 8 && bytes.toString("latin1", 4, 4 + kind.length) === kind;
}
