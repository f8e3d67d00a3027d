/** All words of the page, in English. What linkrd itself says is shown as it says it. */

function minutes(ms: number): string {
  const whole = Math.max(1, Math.round(Math.abs(ms) / 60_000));
  return whole === 1 ? "a minute" : `${whole} minutes`;
}

/** What linkrd says, as a sentence begins. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the stages of linkrd's video are called. */
const BLANK: ReadonlyMap<string, string> = new Map([
  ["starting", "Starting"],
  ["no device", "No capture device"],
  ["no permission", "Capture device not allowed"],
  ["busy", "Capture device in use"],
  ["no cable", "No cable"],
  ["no signal", "No signal"],
  ["unstable signal", "Unstable signal"],
  ["mode change", "The host changes its mode"],
  ["out of range", "Mode out of range"],
  ["unsupported", "Format not supported"],
  ["stalled", "The picture stands still"],
  ["failed", "Capture failed"],
]);

/** What each ability of a token lets it do, in the order of linkrd. */
const ABILITIES = {
  view: "see the screen",
  control: "use keyboard and mouse",
  info: "read the state of the device",
  log: "read the log",
  power: "wake other machines",
  media: "use virtual media",
  metrics: "read metrics",
} as const;

const LAMPS = { num: "Num Lock", caps: "Caps Lock", scroll: "Scroll Lock" } as const;

export const WORDS = {
  user: "User",
  password: "Password",
  passwordAgain: "Password again",
  passwordsDiffer: "The two passwords differ: type the same one twice.",
  device: (host: string) => `linkrd on ${host}`,
  sentence,
  close: "Close",
  loading: "Loading…",
  cancel: "Cancel",

  errors: {
    unreachable: "linkrd does not answer: is the device on, and on your network?",
    status: (status: number) => `linkrd answered with status ${status} and said nothing more.`,
    ours: "The page failed at this. Reload it, and tell us if it happens again.",
  },

  starting: {
    title: "linkrd",
    unreachable: "linkrd does not answer",
    remedy: "Is the device on, and on your network? Trying again by itself.",
  },

  setup: {
    title: "Set up linkrd",
    lead: "Nobody has used this device yet. Make its first user.",
    passwordHint: "Whoever knows it has the screen and keyboard of the machine behind linkrd.",
    submit: "Make user and log in",
  },

  login: {
    title: "Log in",
    code: "Code",
    codeHint: "The six digits that your app shows now.",
    haveCode: "I have a second factor",
    clockApart: (aheadMs: number) =>
      `The device's clock is ${minutes(aheadMs)} ${aheadMs > 0 ? "ahead of" : "behind"} this ` +
      "browser's: codes are refused until one of them is set.",
    submit: "Log in",
    ended: "Your session has ended. Log in to go on where you were.",
    wrong: "Wrong user or password. If a second factor is set up, its code is needed as well.",
    wrongWithCode: "Wrong user, password or code.",
    wait: (seconds: number) => `Too many wrong passwords: try again in ${seconds} s.`,
    waitShort: (seconds: number) => `Wait ${seconds} s`,
  },

  stage: {
    label: "Screen of the host. Keys and mouse go there.",
    leave: "Press Ctrl, Alt and Shift together to leave the screen.",
    connecting: "Connecting…",
    lost: "Connection lost",
    again: "Everything held was let go. Trying again by itself.",
    keysGoOut: "Keys and mouse still go to the host: they may be what wakes it.",
    blank: (stage: string) => BLANK.get(stage) ?? "No picture",
    /** linkrd says what is wrong, a colon, and what to do: the first is the title here. */
    remedy: (message: string) => sentence(message.slice(message.indexOf(": ") + 1).trim()),
  },

  bar: {
    connection: "Connection",
    connected: "Connected",
    connecting: "Connecting",
    reconnecting: "Reconnecting",
    codec: "Codec",
    codecs: { strips: "JPEG strips", mjpeg: "MJPEG" },
    resolution: "Resolution",
    rate: "Pictures a second that this browser shows",
    perSecond: (pictures: number) => `${Math.round(pictures)} fps`,
    bits: "Bit rate",
    bitRate: (bits: number) =>
      bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bits / 1e3)} kbit/s`,
    latency: "Latency: from this browser to linkrd and back",
    // Some browsers count in whole milliseconds, lest pages measure too well.
    milliseconds: (ms: number) =>
      ms < 0.1 ? "< 1 ms" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`,
    lamps: "Lights of the host's keyboard",
    lamp: (lamp: "num" | "caps" | "scroll", isLit: boolean) =>
      `${LAMPS[lamp]} is ${isLit ? "on" : "off"}`,
    lampShort: { num: "Num", caps: "Caps", scroll: "Scroll" },
    hasKeys: "Keys go to the host · Ctrl+Alt+Shift to leave",
  },

  tools: {
    label: "Tools of the screen",
    mouseAbsolute: "Mouse: absolute. Switch to relative",
    mouseRelative: "Mouse: relative, taken by a click on the screen, given back by Esc",
    capture: "Send every key to the host, Alt+Tab too (fullscreen)",
    captureEnd: "Give the desktop its keys back",
    screenshot: "Save a screenshot",
    record: "Record the screen",
    recordEnd: "End the recording and save it",
    fullscreen: "Fullscreen",
    restore: "Leave fullscreen",
    softKeyboard: "Type with this device's keyboard",
  },

  account: {
    title: "User Information",
    current: "Current password",
    next: "New password",
    again: "New password again",
    change: "Change password",
    logOut: "Log out everywhere",
    changed: "The password is changed. Your other sessions have ended.",
  },

  tokens: {
    title: "Access Tokens",
    dialog: "Access Token",
    lead: "For scripts and agents: each by its own name, each with no more than it needs.",
    summary: (active: number) => `${active} active`,
    generate: "Generate",
    empty: "No tokens yet. Generate one, and use it with curl.",
    columns: ["Name", "Abilities", "Status", "Last used", "Created", "Actions"],
    abilities: (names: readonly string[]) =>
      names.length === Object.keys(ABILITIES).length ? "all" : names.join(", ") || "none",
    neverUsed: "never",
    byHand: "by hand",
    expires: (when: string) => `expires ${when}`,
    revoke: "Revoke",
    revokeTitle: (name: string) => `Revoke ${name}?`,
    revokeText:
      "It opens nothing from now on, and what it has under way ends. Its row stays, to show that " +
      "it was. This cannot be undone.",
    delete: "Delete",
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteText: "It opens nothing from now on, and its row is gone. This cannot be undone.",
    name: "Secret Name",
    nameHint: "Up to 20 of a-z, 0-9 and hyphens.",
    abilitiesLabel: "Abilities",
    ability: ABILITIES,
    expiration: "Expiration",
    expirations: {
      "": "Never",
      "1d": "In a day",
      "30d": "In 30 days",
      "90d": "In 90 days",
      "365d": "In a year",
      date: "On a date…",
    },
    date: "Expires on",
    dateHint: "Such as 2027-02-19, at 00:00 UTC.",
    password: "User Password",
    submit: "Generate",
    once: "Copy the token now: it is shown this once, and never again.",
    copy: "Copy",
    copied: "Copied.",
    copyFailed: "Copy Failed",
    copyByHand: "The text is selected: copy it by hand.",
    example: (origin: string) =>
      "curl -H 'Authorization: token radxa_linkr_…' \\\n" +
      `  ${origin}/api/public/snapshot -o screen.jpg`,
    done: "Done",
  },

  safety: {
    title: "Safety",
    on: "Second factor on",
    off: "Second factor off",
    leadOn: "A code of your app is asked for with your password.",
    leadOff: "With a second factor, a password that somebody has seen opens nothing.",
    enable: "Set up second factor",
    disable: "Turn off second factor",
    disableText: "Your password alone opens the device then. Your other sessions end.",
    begin: "You need an authenticator app. Tokens go on working without a code.",
    next: "Next",
    scan: "Scan this with the app, and type the code that it shows.",
    qr: "QR code of the secret",
    byHand: "Or type the secret by hand:",
    codeHint: "It shows that the app has the secret: only then is a code asked for.",
    confirm: "Turn on",
  },

  deviceInfo: {
    title: "Device",
    name: "Name",
    addresses: "Addresses",
    noAddress: "None: no network is plugged in.",
    fingerprint: "TLS fingerprint (SHA-256)",
    noTls: "HTTPS is off.",
    clock: "Clock",
    synchronised: "set by the network",
    notSynchronised: "not set by the network yet: tokens expire, and codes are checked, by it",
    usb: "Keyboard and mouse",
    version: "Versions",
    versions: (linkrd: string, bun: string, architecture: string) =>
      `linkrd ${linkrd} · Bun ${bun} · ${architecture}`,
    simulated: "The host is a simulated one.",
    uptime: "Running for",
    docs: "The HTTP API of this device",
  },

  video: {
    title: "Video",
    signal: "Signal",
    device: "Capture device",
    mode: "Mode",
    rate: "Frames a second",
    rates: (captured: number, delivered: number) =>
      `${captured.toFixed(1)} captured, ${delivered.toFixed(1)} of them encoded`,
    dropped: "Damaged frames",
    quality: "JPEG quality",
    qualityHint: "1 to 100. More is sharper, and takes more of the network.",
    fps: "Frames a second, at most",
    fpsHint: "For each viewer.",
    apply: "Apply",
    applied: "In force until linkrd starts anew. linkrd.toml has what holds for good.",
    edid:
      "To an HDMI receiver that takes an EDID, linkrd gives its own: a display that prefers " +
      "1920×1080 at 60 Hz. USB dongles keep theirs.",
  },

  wake: {
    title: "Wake on LAN",
    none: "linkrd.toml names no machines. Add them under [[wol]], or wake one by its address.",
    wake: "Wake",
    mac: "MAC address",
    macHint: "Such as 00:11:22:aa:bb:cc.",
    sent: (mac: string, addresses: readonly string[]) =>
      `Sent for ${mac} to ${addresses.join(", ")}. Whether it wakes, nobody is told.`,
  },

  log: {
    title: "Log",
    empty: "Nothing yet.",
  },

  absent: "linkrd has no power buttons, virtual disks or sound for the host, so they are not here.",

  control: {
    holder: (holder: { kind: string; name?: string | undefined; yours: boolean }) =>
      holder.yours
        ? "You are in control"
        : `${holder.kind === "token" ? "Token " : ""}${holder.name ?? holder.kind} is in control`,
    tokenTypes: "A token is typing",
    take: "Take control",
    takeOver: "Take over",
    giveBack: "Give back",
  },

  paste: {
    title: "Paste text",
    text: "Text",
    count: (characters: number) => `${characters} characters, typed as keys`,
    layout: "Keyboard layout of the host",
    own: (name: string) => (name === "" ? "As in the settings" : `As in the settings (${name})`),
    layoutHint: "It has to be the one that the host is set to.",
    skip: "Leave out what this layout cannot make",
    untypable: (characters: readonly string[]) =>
      `This layout cannot make ${characters.join(", ")}. Nothing was typed.`,
    typed: (typed: number, total: number) => `${typed} of ${total}`,
    done: (total: number) => `All ${total} typed.`,
    submit: "Type it",
    stop: "Stop",
  },

  shortcuts: {
    title: "Shortcuts",
    own: "Your own",
    press: "Press the keys here",
    add: "Add",
    remove: (name: string) => `Remove ${name}`,
  },

  rail: {
    label: "Tools",
    screen: "Screen",
    shortcuts: "Shortcuts",
    paste: "Paste text",
    keyboard: "On-screen keyboard",
    settings: "System Settings",
    logOut: (user: string) => `Log out ${user}, here and everywhere else`,
    logOutShort: "Log out",
  },
} as const;
