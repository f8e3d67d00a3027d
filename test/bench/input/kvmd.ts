/** kvmd's own server, from a checkout of it: what is behind the nginx of a PiKVM. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PYTHON = "/usr/bin/python3";
const START_MS_MAX = 20_000;
const [USER, PASSWORD] = ["admin", "admin"];

export class Kvmd implements AsyncDisposable {
  /** The unix socket that it listens on. */
  readonly path: string;
  readonly #child: Bun.Subprocess;

  private constructor(path: string, child: Bun.Subprocess) {
    this.path = path;
    this.#child = child;
  }

  /**
   * Starts it as it is shipped, but for what this machine has not, with `fifo` in the place of its
   * mouse: from the keyboard's endpoint it reads, too.
   *
   * @param source a checkout, such as of v4.0, which runs on the Python of Debian 12
   */
  static async start(source: string, folder: string, fifo: string): Promise<Kvmd> {
    const sysfs = join(folder, "sysfs");
    const controller = join(sysfs, "sys/class/udc/bench.udc");
    mkdirSync(controller, { recursive: true });
    writeFileSync(join(controller, "state"), "configured\n");
    const [keyboard, path] = [join(folder, "keyboard"), join(folder, "kvmd.sock")];
    Bun.spawnSync(["mkfifo", keyboard]);
    const htpasswd = join(folder, "htpasswd");
    writeFileSync(htpasswd, `${USER}:${PASSWORD}\n`);
    const totp = join(folder, "totp");
    writeFileSync(totp, "");
    const config = join(folder, "main.yaml");
    writeFileSync(
      config,
      JSON.stringify(settings({ source, path, htpasswd, totp, keyboard, mouse: fifo })),
    );
    const launcher = join(import.meta.dir, "kvmd.py");
    const child = Bun.spawn([PYTHON, launcher, source, config, sysfs], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const started = performance.now();
    for (;;) {
      const isThere = await fetch("http://kvmd/auth/check", { unix: path }).catch(() => undefined);
      if (isThere !== undefined) return new Kvmd(path, child);
      if (child.exitCode !== null || performance.now() - started > START_MS_MAX) break;
      await Bun.sleep(50);
    }
    child.kill("SIGKILL");
    throw new Error(`kvmd did not start: ${(await child.stderr.text()).slice(-2000)}`);
  }

  /** A session, as its page has one. */
  async logIn(): Promise<Record<string, string>> {
    const body = new URLSearchParams({ user: USER, passwd: PASSWORD });
    const how = { method: "POST", body, unix: this.path };
    const { status, headers } = await fetch("http://kvmd/auth/login", how);
    if (status !== 200) throw new Error(`kvmd's login: ${status}`);
    const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
    return { cookie };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
  }
}

interface Places {
  readonly source: string;
  readonly path: string;
  readonly htpasswd: string;
  readonly totp: string;
  readonly keyboard: string;
  readonly mouse: string;
}

/** YAML takes JSON. What else kvmd's programs want is turned off, or led to what there is. */
function settings({ source, path, htpasswd, totp, keyboard, mouse }: Places) {
  const keymap = join(source, "contrib/keymaps/en-us");
  const nothing = ["/bin/true"];
  return {
    kvmd: {
      server: { unix: path },
      auth: {
        internal: { type: "htpasswd", file: htpasswd },
        totp: { secret: { file: totp } },
      },
      hid: {
        type: "otg",
        keymap,
        keyboard: { device: keyboard },
        mouse: { device: mouse, absolute: false },
      },
      atx: { type: "disabled" },
      msd: { type: "disabled" },
      info: {
        meta: join(source, "configs/kvmd/meta.yaml"),
        extras: join(source, "extras"),
        hw: { vcgencmd_cmd: nothing },
      },
      streamer: { cmd: ["/bin/false"] },
      ocr: { tessdata: join(source, "contrib") },
    },
    pst: { remount_cmd: nothing },
    otgnet: {
      firewall: { iptables_cmd: nothing },
      commands: { post_start_cmd: nothing, pre_stop_cmd: nothing },
    },
    ipmi: { auth: { file: join(source, "configs/kvmd/ipmipasswd") } },
    vnc: {
      keymap,
      server: { tls: { x509: { cert: "", key: "" } } },
      auth: { vncauth: { file: join(source, "configs/kvmd/vncpasswd") } },
    },
    janus: { cmd: nothing },
    logging: LOGGING,
  };
}

/** As in kvmd's configs/kvmd/logging.yaml: every request is a line. */
const LOGGING = {
  version: 1,
  disable_existing_loggers: false,
  handlers: { console: { class: "logging.StreamHandler", stream: "ext://sys.stderr" } },
  root: { level: "INFO", handlers: ["console"] },
};
