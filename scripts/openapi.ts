/** Writes docs/openapi.json, the API document of this checkout: `make openapi`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json" with { type: "json" };
import { routes } from "../src/http/app.ts";
import { openApiOf } from "../src/http/openapi.ts";
import { openWorld } from "../test/http/world.ts";

const path = join(import.meta.dir, "../docs/openapi.json");
await using world = await openWorld();
const document = openApiOf(routes(world.parts), version);
writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
