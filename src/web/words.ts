/** All words of the page, in English. What linkrd itself says is shown as it says it. */

function minutes(ms: number): string {
  const whole = Math.max(1, Math.round(Math.abs(ms) / 60_000));
  return whole === 1 ? "a minute" : `${whole} minutes`;
}

export const WORDS = {
  user: "User",
  password: "Password",
  passwordAgain: "Password again",
  passwordsDiffer: "The two passwords differ: type the same one twice.",
  device: (host: string) => `linkrd on ${host}`,
  close: "Close",
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
