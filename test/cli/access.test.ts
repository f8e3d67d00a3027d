/** The second factor and the security events, on the command line. */
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { Shell } from "./world.ts";

async function openWithUser(): Promise<Shell> {
  const shell = await Shell.open();
  shell.stdin = "right\n";
  expect((await shell.run("user", "add", "admin", "--password-stdin")).exit).toBe(0);
  return shell;
}

function totpOf(shell: Shell): Promise<string | undefined> {
  return readFile(join(shell.folder, "access.toml"), "utf8").then(
    (text) => /^totp = "(.*)"$/m.exec(text)?.[1],
  );
}

test("a password is asked for twice where there is a terminal", async () => {
  await using shell = await Shell.open();
  shell.secrets = ["right", "rihgt"];
  const mistyped = await shell.run("user", "add", "admin");
  const says = "linkrd: these are two different passwords: begin anew\n";
  expect(mistyped).toEqual({ exit: 2, stdout: "", stderr: says });
  shell.secrets = ["right", "right"];
  expect((await shell.run("user", "add", "admin")).exit).toBe(0);
  expect((await shell.run("user", "password", "admin")).exit).toBe(0);
});

test("a password in another encoding than browsers send is refused", async () => {
  await using shell = await Shell.open();
  shell.stdin = new TextDecoder().decode(Uint8Array.from([0x70, 0xe4, 0x73, 0x73, 0x0a]));
  const { exit, stderr } = await shell.run("user", "add", "admin", "--password-stdin");
  expect(exit).toBe(2);
  expect(stderr).toBe("linkrd: the password is not UTF-8: browsers send it so, type it so\n");
});

test("user totp prints secret and URI, and writes it once a code is typed", async () => {
  await using shell = await openWithUser();
  shell.stdin = (stdout) => {
    const [secret = ""] = stdout.split("\n");
    return `${TOTP.generate({ secret: Secret.fromBase32(secret) })}\n`;
  };
  const { exit, stdout } = await shell.run("user", "totp", "admin");
  const [secret, uri] = stdout.split("\n");
  expect([exit, await totpOf(shell)]).toEqual([0, secret]);
  expect(uri).toStartWith(`otpauth://totp/linkrd:admin?issuer=linkrd&secret=${secret}&`);
  expect((await shell.run("user", "totp", "admin", "--drop")).exit).toBe(0);
  expect(await totpOf(shell)).toBe("");
});

test("user totp changes nothing without a code, or for nobody", async () => {
  await using shell = await openWithUser();
  for (const typed of ["", "\n", "12345", "abcdef", "1234567"]) {
    shell.stdin = typed;
    const { exit, stderr } = await shell.run("user", "totp", "admin");
    expect([typed, exit]).toEqual([typed, 2]);
    expect(stderr).toContain("linkrd: that is no code of this secret, nothing changed: ");
  }
  expect(await totpOf(shell)).toBe("");
  expect((await shell.run("user", "totp", "nobody")).stderr).toContain("no user is named nobody");
});

test("log --audit tells what was done to users and tokens, and no secret", async () => {
  await using shell = await openWithUser();
  const made = await shell.run("token", "new", "ci");
  await shell.run("token", "revoke", "ci");
  await shell.run("token", "delete", "ci");
  shell.stdin = "better\n";
  await shell.run("user", "password", "admin", "--password-stdin");
  await shell.run("user", "totp", "admin", "--drop");
  const { exit, stdout } = await shell.run("log", "--audit");
  expect(exit).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines)
    expect(line).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ [a-z-]+ who=cli /);
  expect(lines.map((line) => line.slice(21))).toEqual([
    "user-add who=cli from=local about=admin outcome=ok",
    "token-new who=cli from=local about=ci outcome=ok",
    "token-revoke who=cli from=local about=ci outcome=ok",
    "token-delete who=cli from=local about=ci outcome=ok",
    "password-set who=cli from=local about=admin outcome=ok",
    "totp-drop who=cli from=local about=admin outcome=ok",
  ]);
  for (const secret of ["right", "better", made.stdout.trim()])
    expect(stdout).not.toContain(secret);
  expect((await shell.run("log")).exit).toBe(2);
});
