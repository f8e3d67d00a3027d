import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { control, release, snapshot, status, type } from "./device.ts";
import { down, up } from "./gadget.ts";
import { showLog } from "./log.ts";
import { takeOver } from "./provision.ts";
import { deleteToken, listTokens, newToken, revokeToken } from "./token.ts";
import { update } from "./update.ts";
import { addUser, changePassword, changeTotp } from "./user.ts";

const JSON_OPTION = { json: { help: "print JSON, whose shape is stable" } } as const;
const PASSWORD_OPTION = {
  "password-stdin": { help: "read the password from standard input" },
} as const;

/** Every command, in the order that help lists them. */
export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    operands: "",
    options: { simulate: { help: "with the simulated host instead of devices" } },
    help: "run the daemon",
    run: ({ places, options, io }) => io.serve(places, options["simulate"] === true),
  },
  {
    name: "check",
    operands: "",
    options: {},
    help: "read every file and name every fault",
    run: check,
  },
  {
    name: "token new",
    operands: "NAME",
    options: {
      abilities: { value: "a,b", help: "what it may do; all, if left out" },
      expires: { value: "90d|DATE", help: "when it ends; never, if left out" },
    },
    help: "make a token and print it, once",
    run: newToken,
  },
  {
    name: "token list",
    operands: "",
    options: JSON_OPTION,
    help: "list the tokens, with status and last use",
    run: listTokens,
  },
  {
    name: "token revoke",
    operands: "NAME",
    options: {},
    help: "make a token invalid at once, and keep its row",
    run: revokeToken,
  },
  {
    name: "token delete",
    operands: "NAME",
    options: {},
    help: "make a token invalid at once, and remove its row",
    run: deleteToken,
  },
  {
    name: "user add",
    operands: "NAME",
    options: PASSWORD_OPTION,
    help: "create a user",
    run: addUser,
  },
  {
    name: "user password",
    operands: "NAME",
    options: PASSWORD_OPTION,
    help: "set a user's password",
    run: changePassword,
  },
  {
    name: "user totp",
    operands: "NAME",
    options: { drop: { help: "do without the second factor" } },
    help: "give a user a second factor, or take it",
    run: changeTotp,
  },
  {
    name: "snapshot",
    operands: "FILE",
    options: {},
    help: "save the current frame as a JPEG",
    run: snapshot,
  },
  {
    name: "control",
    operands: "JSON",
    options: {},
    help: 'run a batch: {"events":[["keyboard","Enter",true],…]}',
    run: control,
  },
  { name: "type", operands: "TEXT", options: {}, help: "type a text on the host", run: type },
  {
    name: "status",
    operands: "",
    options: JSON_OPTION,
    help: "tell how picture, input and host are",
    run: status,
  },
  {
    name: "log",
    operands: "",
    options: { audit: { help: "who did what to users and tokens, from where" } },
    help: "print security events; needs no daemon",
    run: showLog,
  },
  {
    name: "release-keys",
    operands: "",
    options: {},
    help: "let go of every key and button; needs no daemon",
    run: release,
  },
  {
    name: "gadget up",
    operands: "",
    options: {},
    help: "make the USB gadget (root)",
    run: up,
  },
  {
    name: "gadget down",
    operands: "",
    options: {},
    help: "unmake the USB gadget (root)",
    run: down,
  },
  {
    name: "provision",
    operands: "FOLDER",
    options: { keep: { help: "leave the files where they are" } },
    help: "take over settings of a boot partition (root)",
    run: takeOver,
  },
  {
    name: "update",
    operands: "[FILE]",
    options: {
      older: { help: "take an older version too" },
      back: { help: "start what is in the other slot" },
    },
    help: "tell the SD image's two slots, or take an update (root)",
    run: update,
  },
  {
    name: "version",
    operands: "",
    options: {},
    help: "print the versions of linkrd and Bun",
    run: ({ io }) => {
      const { linkrd, commit } = io.version;
      io.print(`linkrd ${linkrd} (${commit}), Bun ${Bun.version}, ${process.arch}`);
    },
  },
];
