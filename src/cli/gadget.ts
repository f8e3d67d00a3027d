import { geteuid } from "node:process";
import { ENDPOINTS } from "../hid/descriptors.ts";
import { GADGET_PATHS, gadgetDown, gadgetUp } from "../hid/gadget.ts";
import type { Call } from "./command.ts";
import { table } from "./table.ts";

export function up({ io }: Call): void {
  const { udc, nodes } = gadgetUp(place());
  const rows = ENDPOINTS.map((endpoint) => [endpoint, nodes[endpoint]]);
  for (const line of table([["controller", udc], ...rows])) io.print(line);
}

export function down({ io }: Call): void {
  io.print(gadgetDown(place()) ? "the gadget is gone" : "there was no gadget");
}

function place() {
  return { ...GADGET_PATHS, effectiveUserId: geteuid?.() ?? 0 };
}
