/** A card that was filled by its owner, from the first start to the second. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashPassword } from "../../../src/access/password.ts";
import { must } from "../../lab/guest/run.ts";
import { UEFI } from "./boards.ts";
import { putOnCard } from "./card.ts";
import { Machine, WORK } from "./machine.ts";
import type { Report } from "./report.ts";

const PASSWORD = "correct horse battery";
/** What systemd calls "ok", and the issue asks for. */
const EXPOSURE_MAX = 3.0;
/** A key's press and release, as evdev tells them in words: EV_KEY, KEY_A, 1 and 0. */
const KEY_A = ["0001 001e 0001 0000", "0001 001e 0000 0000"];

/** Everything that is right on a good card. */
export async function FIRST_BOOT(image: string, report: Report): Promise<void> {
  const card = join(WORK, "card.img");
  await must(["cp", "--sparse=always", image, card]);
  await using machine = await Machine.insert(UEFI, card, "4G");
  await putOnCard(card, {
    hostname: "Lab-KVM\r\n",
    "authorized_keys.txt": await machine.publicKey(),
    user: `anna:${await hashPassword(PASSWORD)}`,
    "linkrd.toml": Buffer.from("\uFEFF[video]\r\nquality = 70\r\n", "utf16le"),
    "wifi.toml": 'ssid = "Lab"\npassword = "short"\n',
  });
  await machine.switchOn();
  report.number("board", UEFI.name);
  const context = { machine, report, token: "" };
  await startsFirst(context);
  await isProvisioned(context);
  await isClosed(context);
  await showsAndTypes(context);
  await plugsAndWakes(context);
  await startsAgain(context);
}

interface Context {
  readonly machine: Machine;
  readonly report: Report;
  token: string;
}

async function startsFirst({ machine, report }: Context): Promise<void> {
  await report.check("first start: linkrd answers over HTTPS", async () => {
    const seconds = await machine.answers();
    report.number("first start, power to API", `${seconds} s`);
    return `${seconds} s`;
  });
  await report.check("the console prints the fingerprint of the certificate", async () => {
    const printed = await machine.wait("the fingerprint on the console", async () => {
      return /certificate SHA-256 ([0-9A-F:]{95})/.exec(await machine.console())?.[1];
    });
    const [host, port] = new URL(machine.url).host.split(":");
    const shown = await must(["openssl", "s_client", "-connect", `${host}:${port}`], "Q\n");
    const pem = /-----BEGIN CERT[\s\S]*?END CERTIFICATE-----/.exec(shown)?.[0] ?? "";
    const print = await must(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], pem);
    if (!print.includes(printed)) throw new Error(`printed ${printed}, served ${print}`);
    await writeFile(join(WORK, "cert.pem"), pem);
    return undefined;
  });
}

async function isProvisioned({ machine, report }: Context): Promise<void> {
  await report.check("its owner logs in with the SSH key from the card", async () => {
    await machine.reachable();
    return await machine.must("uname -srm");
  });
  await report.check("the files were taken over, and the mistake is told", async () => {
    const log = await machine.must("cat /boot/firmware/linkrd/log.txt");
    const left = await machine.must("ls /boot/firmware/linkrd");
    if (left !== "README.txt\nlog.txt\nwifi.toml") throw new Error(`left on the card: ${left}`);
    if (!/NOT DONE: wifi.toml: password is none/.test(log)) throw new Error(log);
    if (log.match(/^done: /gm)?.length !== 4) throw new Error(log);
    return await machine.must("hostname");
  });
  await report.check("the mistake is on the console as well", async () => {
    const told = await machine.console();
    if (!told.includes("linkrd/log.txt says why")) throw new Error(told.slice(-500));
    return undefined;
  });
  await report.check("the first user logs in", async () => {
    const form = ["-d", "user=anna", "--data-urlencode", `passwd=${PASSWORD}`];
    const { stdout } = await machine.curl("/api/auth/login", ...form);
    if (!stdout.includes('"ok":true') && !stdout.includes('"ok": true')) throw new Error(stdout);
    return undefined;
  });
  await report.check("the data partition has grown to the card", async () => {
    const bytes = Number(await machine.must("df --output=size -B1 /data | tail -1"));
    if (bytes < 2.3e9) throw new Error(`${bytes} bytes`);
    return `${Math.round(bytes / 1e6)} MB`;
  });
}

async function isClosed({ machine, report }: Context): Promise<void> {
  await report.check("the root is read-only", async () => {
    const { exit, stderr } = await machine.root("touch /usr/x");
    if (exit === 0 || !/Read-only/.test(stderr)) throw new Error(stderr);
    return await machine.must("findmnt -no FSTYPE,OPTIONS /");
  });
  await report.check("no account has a password", async () => {
    const open = await machine.must("awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow");
    if (open !== "") throw new Error(open);
    return undefined;
  });
  await report.check("SSH offers keys alone", async () => {
    const settings = await machine.must("sshd -T");
    for (const wanted of ["passwordauthentication no", "kbdinteractiveauthentication no"]) {
      if (!settings.includes(wanted)) throw new Error(`not ${wanted}`);
    }
    return undefined;
  });
  await report.check("the log is in memory", async () => {
    const { exit } = await machine.root("test -d /var/log/journal");
    if (exit === 0) throw new Error("/var/log/journal is there");
    return await machine.must("journalctl --disk-usage");
  });
  await report.check("the capture drivers that were built for the kernel fit it", async () => {
    const built = "/usr/lib/modules/$(uname -r)/updates";
    return await machine.must(
      `for each in ${built}/*.ko; do
         name=$(basename $each .ko) && modprobe $name && echo $name || exit
       done`,
    );
  });
  for (const unit of ["linkrd.service", "linkrd-gadget.service"]) {
    await report.check(`exposure of ${unit}`, async () => {
      const told = await machine.must(`systemd-analyze security --no-pager ${unit} | tail -1`);
      const exposure = Number(/: ([\d.]+)/.exec(told)?.[1] ?? "10");
      report.number(`exposure of ${unit}`, `${exposure}`);
      if (exposure > EXPOSURE_MAX) throw new Error(told);
      return `${exposure}`;
    });
  }
  await report.check("no unit has failed but the provisioning that found a mistake", async () => {
    const failed = await machine.must("systemctl list-units --failed --plain --no-legend");
    const names = failed.split("\n").map((line) => line.split(" ")[0]);
    if (names.join() !== "linkrd-provision.service") throw new Error(failed);
    return undefined;
  });
}

async function showsAndTypes(context: Context): Promise<void> {
  const { machine, report } = context;
  await report.check(
    "a snapshot of a capture device, by curl and the printed fingerprint",
    async () => {
      context.token = await machine.must("linkrd token new lab");
      await machine.must("modprobe vivid n_devs=1 num_inputs=1 input_types=0x3 node_types=0x1");
      const jpeg = join(WORK, "snapshot.jpg");
      const { host } = new URL(machine.url);
      const trusted = [
        ...["--cacert", join(WORK, "cert.pem"), "--connect-to", `lab-kvm.local:443:${host}`],
        ...["-H", `Authorization: token ${context.token}`, "-o", jpeg, "--max-time", "30"],
        ...["--silent", "--show-error", "--fail"],
      ];
      const url = "https://lab-kvm.local/api/public/snapshot";
      await machine.wait("a snapshot", async () => {
        const done = Bun.spawn(["curl", ...trusted, url], { stderr: "ignore" });
        return (await done.exited) === 0 ? true : undefined;
      });
      const bytes = await Bun.file(jpeg).bytes();
      if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error("no JPEG");
      return `${bytes.length} bytes`;
    },
  );
  await report.check("a key arrives at the host", async () => {
    await machine.must("modprobe dummy_hcd");
    await machine.wait("the host to take the gadget", async () => {
      const state = await machine.root("cat /sys/class/udc/dummy_udc.0/state");
      return state.stdout.trim() === "configured" ? true : undefined;
    });
    await machine.must("udevadm settle");
    // Of the input devices only the gadget's keyboard has lights.
    const events = await machine.must(
      `for e in /sys/class/input/event*; do
         [ "$(cat $e/device/capabilities/led)" = 0 ] || keyboard=/dev/input/\${e##*/}
       done
       timeout 60 dd if=$keyboard bs=24 count=6 2>/dev/null >/tmp/events & reader=$!
       sleep 3; linkrd type a >/dev/null; wait $reader
       od -An -v -w24 -t x2 /tmp/events`,
    );
    for (const key of KEY_A) if (!events.includes(key)) throw new Error(`${events}, not ${key}`);
    return undefined;
  });
}

/** On the host: a name of each device that is linkrd's gadget. */
const GADGETS = "$(grep -l 'keyboard and mouse' /sys/bus/usb/devices/*/product || echo /none)";

/** Rights that only the units give: the daemon is a user of its own. */
async function plugsAndWakes({ machine, report, token }: Context): Promise<void> {
  await report.check("the daemon pulls the USB cable, and plugs it in", async () => {
    for (const connected of ["0", "1"]) {
      const path = `/api/hid/set_connected?connected=${connected}`;
      const { stdout } = await machine.curl(path, "-X", "POST", "-u", `x:${token}`);
      if (!/"ok": ?true/.test(stdout)) throw new Error(stdout);
      await machine.wait(`the host to see ${connected} gadgets`, async () => {
        const seen = await machine.root(`ls ${GADGETS} 2>/dev/null | wc -l`);
        return seen.stdout.trim() === connected || undefined;
      });
    }
    await machine.must("udevadm settle");
    return undefined;
  });
  await report.check("a key wakes a host that sleeps", async () => {
    const found = await machine.must(
      `echo 1 >/sys/module/usbhid/parameters/ignoreled
       cd $(dirname $(ls ${GADGETS}))/power
       echo 0 >autosuspend_delay_ms; echo auto >control
       for turn in $(seq 100); do
         [ $(cat runtime_status) != suspended ] || break
         sleep 0.2
       done
       echo 60000 >autosuspend_delay_ms; cat runtime_status
       linkrd type a >/dev/null; cat runtime_status; echo on >control`,
    );
    if (found !== "suspended\nactive") throw new Error(found);
    return undefined;
  });
}

async function startsAgain(context: Context): Promise<void> {
  const { machine, report } = context;
  const ask = ["-H", `Authorization: token ${context.token}`, "--max-time", "20"];
  await report.check("a token survives a restart", async () => {
    const seconds = await machine.restart();
    report.number("restart, to API", `${seconds} s`);
    const { stdout } = await machine.curl("/api/status", ...ask);
    if (!stdout.includes('"linkrd"')) throw new Error(stdout);
    return `${seconds} s`;
  });
  await report.check("what was taken over is not asked for again", async () => {
    await machine.reachable();
    const { host } = new URL(machine.url);
    return `${await machine.must("hostname")} at ${host}`;
  });
}
