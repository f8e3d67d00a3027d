/**
 * A disk for qemu, served on a unix socket by the NBD protocol ("fixed newstyle", simple replies;
 * doc/proto.md of the NetworkBlockDevice project).
 */
import type { Socket } from "bun";

const GREETING = "NBDMAGICIHAVEOPT";
const OPTION_GO = 7;
const OPTION_ABORT = 2;
const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
const REPLY_MAGIC = 0x67446698;
const REPLY_ACK = 1;
const REPLY_INFO = 3;
const REPLY_UNSUPPORTED = 0x80000001;
/** HAS_FLAGS, SEND_FLUSH, SEND_FUA. */
const EXPORT_FLAGS = 1 | 4 | 8;
const OPTION_BYTES = 16;
const REQUEST_BYTES = 28;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const FUA = 1;

/** What answers a client's requests, one at a time. Offsets and lengths in bytes. */
export interface Disk {
  readonly size: number;
  /** A disk without power: whoever asks gets no answer any more. */
  readonly isOff: boolean;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** @param durable whether the answer promises that the bytes outlast the power (FUA) */
  write(offset: number, bytes: Uint8Array, durable: boolean): Promise<void>;
  flush(): void;
}

interface Client {
  input: Buffer;
  readonly output: Buffer[];
  greeted: boolean;
  ready: boolean;
  working: Promise<void>;
}

/** Serves `disk` to whoever connects to `path`, until it is stopped. */
export function serveNbd(path: string, disk: Disk): { stop: (closeActive: boolean) => void } {
  return Bun.listen<Client>({
    unix: path,
    socket: {
      open: greet,
      data: (socket, bytes) => {
        const client = socket.data;
        client.input = Buffer.concat([client.input, bytes]);
        client.working = client.working.then(() => work(socket, disk));
      },
      drain: send,
    },
  });
}

function greet(socket: Socket<Client>): void {
  socket.data = {
    input: Buffer.alloc(0),
    output: [],
    greeted: false,
    ready: false,
    working: Promise.resolve(),
  };
  reply(socket, Buffer.concat([Buffer.from(GREETING, "latin1"), Buffer.from([0, 3])]));
}

/** Takes every message that is whole, in turn. */
async function work(socket: Socket<Client>, disk: Disk): Promise<void> {
  const client = socket.data;
  if (!client.greeted && client.input.length >= 4) {
    client.greeted = true;
    client.input = client.input.subarray(4);
  }
  while (!client.ready && client.greeted) {
    if (client.input.length < OPTION_BYTES) return;
    const whole = OPTION_BYTES + client.input.readUInt32BE(12);
    if (client.input.length < whole) return;
    negotiate(socket, client.input.readUInt32BE(8), disk.size);
    client.input = client.input.subarray(whole);
  }
  while (client.input.length >= REQUEST_BYTES) {
    const head = client.input;
    const isWrite = head.readUInt16BE(6) === COMMAND.write;
    const whole = REQUEST_BYTES + (isWrite ? head.readUInt32BE(24) : 0);
    if (head.length < whole) return;
    client.input = head.subarray(whole);
    await serve(socket, disk, head.subarray(0, whole));
  }
}

function negotiate(socket: Socket<Client>, option: number, size: number): void {
  if (option === OPTION_ABORT) {
    socket.end();
    return;
  }
  if (option !== OPTION_GO) {
    reply(socket, optionReply(option, REPLY_UNSUPPORTED, Buffer.alloc(0)));
    return;
  }
  const info = Buffer.alloc(12);
  info.writeBigUInt64BE(BigInt(size), 2);
  info.writeUInt16BE(EXPORT_FLAGS, 10);
  reply(socket, optionReply(option, REPLY_INFO, info));
  reply(socket, optionReply(option, REPLY_ACK, Buffer.alloc(0)));
  socket.data.ready = true;
}

async function serve(socket: Socket<Client>, disk: Disk, request: Buffer): Promise<void> {
  const command = request.readUInt16BE(6);
  if (disk.isOff || command === COMMAND.disconnect) return;
  const offset = Number(request.readBigUInt64BE(16));
  let data: Uint8Array = new Uint8Array();
  if (command === COMMAND.read) data = await disk.read(offset, request.readUInt32BE(24));
  else if (command === COMMAND.flush) disk.flush();
  else if (command === COMMAND.write) {
    const durable = (request.readUInt16BE(4) & FUA) !== 0;
    await disk.write(offset, request.subarray(REQUEST_BYTES), durable);
  }
  if (disk.isOff) return;
  const head = Buffer.alloc(16);
  head.writeUInt32BE(REPLY_MAGIC, 0);
  request.copy(head, 8, 8, 16);
  reply(socket, Buffer.concat([head, data]));
}

function optionReply(option: number, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

function reply(socket: Socket<Client>, bytes: Buffer): void {
  socket.data.output.push(bytes);
  send(socket);
}

function send(socket: Socket<Client>): void {
  const { output } = socket.data;
  for (let first = output[0]; first !== undefined; first = output[0]) {
    const sent = socket.write(first);
    if (sent < first.length) {
      output[0] = first.subarray(Math.max(0, sent));
      return;
    }
    output.shift();
  }
}
