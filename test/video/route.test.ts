import { describe, expect, test } from "bun:test";
import type { Entity, Link, Pad, Topology } from "../../src/ffi/media-device.ts";
import { changesFor, type Hop, routesTo } from "../../src/video/route.ts";

/** Every entity's node is on major 81, and numbered by the order in which entities are named. */
const MAJOR = 81;

/** Reads links as `media-ctl -p` shows them, a line each: `source:pad -> sink:pad [flags]`. */
function topologyOf(text: string): Topology {
  const entities: Entity[] = [];
  const pads: Pad[] = [];
  const links: Link[] = [];
  const entityOf = (name: string): Entity => {
    const known = entities.find((entity) => entity.name === name);
    if (known !== undefined) return known;
    const device = { major: MAJOR, minor: entities.length };
    const entity = { id: 100 + entities.length, name, device };
    entities.push(entity);
    return entity;
  };
  const padOf = (place: string, isSource: boolean): Pad => {
    const [name = "", digits] = place.split(":");
    const [entity, index] = [entityOf(name).id, Number(digits)];
    const known = pads.find((pad) => pad.entity === entity && pad.index === index);
    const pad = known ?? { id: 0x1000000 + pads.length, entity, index, isSource };
    if (known === undefined) pads.push(pad);
    return pad;
  };
  for (const line of text.trim().split("\n")) {
    const [, from = "", to = "", flags = ""] = /(\S.*) -> (.*) \[(.*)\]/.exec(line) ?? [];
    const [source, sink] = [padOf(from, true).id, padOf(to, false).id];
    const isImmutable = flags.includes("IMMUTABLE");
    links.push({ source, sink, isEnabled: flags.includes("ENABLED"), isImmutable });
  }
  return { entities, pads, links };
}

function nodeOf({ entities }: Topology, name: string): { major: number; minor: number } {
  return entities.find((entity) => entity.name === name)?.device ?? expect.unreachable();
}

function showPad({ entities }: Topology, { entity, index }: Pad): string {
  return `${entities.find(({ id }) => id === entity)?.name}:${index}`;
}

function show(topology: Topology, { source, sink }: Pick<Hop, "source" | "sink">): string {
  return `${showPad(topology, source)} -> ${showPad(topology, sink)}`;
}

/** The way from the entity called `origin`, and what has to be done to open it. */
function wayFrom(topology: Topology, origin: string, node: string) {
  const routes = routesTo(topology, nodeOf(topology, node));
  const route = routes.find((each) => each.origin.name === origin) ?? expect.unreachable();
  return {
    hops: route.hops.map((hop) => show(topology, hop)),
    changes: changesFor(topology, route).map((change) => {
      return `${change.enabled ? "link" : "cut"} ${show(topology, change)}`;
    }),
  };
}

/** A Raspberry Pi 5 after it has started (rp1-cfe of the Pi's kernel), with a TC358743. */
const PI_5 = topologyOf(`
  tc358743 11-000f:0 -> csi2:0 [ENABLED,IMMUTABLE]
  csi2:4 -> rp1-cfe-csi2_ch0:0 []
  csi2:4 -> pisp-fe:0 [ENABLED]
  csi2:5 -> rp1-cfe-embedded:0 []
  csi2:6 -> rp1-cfe-csi2_ch2:0 []
  csi2:7 -> rp1-cfe-csi2_ch3:0 []
  rp1-cfe-fe_config:0 -> pisp-fe:1 []
  pisp-fe:2 -> rp1-cfe-fe_image0:0 []
  pisp-fe:3 -> rp1-cfe-fe_image1:0 []
  pisp-fe:4 -> rp1-cfe-fe_stats:0 []
`);

/** A Raspberry Pi 4 with Debian's kernel, where unicam has nothing to choose. */
const UNICAM = topologyOf(`
  tc358743 10-000f:0 -> unicam:0 [ENABLED,IMMUTABLE]
  unicam:1 -> unicam-image:0 [ENABLED,IMMUTABLE]
  unicam:2 -> unicam-embedded:0 [ENABLED,IMMUTABLE]
`);

/** An LT6911 behind Rockchip's receiver: one node of four has the picture. */
const ROCKCHIP = topologyOf(`
  lt6911uxc 4-002b:0 -> rockchip-csi2-dphy0:0 [ENABLED]
  rockchip-csi2-dphy0:1 -> rockchip-mipi-csi2:0 [ENABLED]
  rockchip-mipi-csi2:1 -> stream_cif_mipi_id0:0 [ENABLED]
  rockchip-mipi-csi2:2 -> stream_cif_mipi_id0:0 []
  rockchip-mipi-csi2:1 -> stream_cif_mipi_id1:0 []
  rockchip-mipi-csi2:2 -> stream_cif_mipi_id1:0 [ENABLED]
`);

/** A multiplexer between two bridges, of which the other is chosen. */
const TWO_BRIDGES = topologyOf(`
  hdmi-left:0 -> mux:0 []
  hdmi-right:0 -> mux:1 [ENABLED]
  mux:2 -> capture:0 [ENABLED,IMMUTABLE]
`);

/** vivid has a node for each thing that it does, and no links. */
const VIVID: Topology = {
  entities: [{ id: 1, name: "vivid-000-vid-cap", device: { major: MAJOR, minor: 0 } }],
  pads: [{ id: 2, entity: 1, index: 0, isSource: false }],
  links: [],
};

describe("the way from a bridge to a video node", () => {
  test("of a Raspberry Pi 5 is linked, and the way to its image processor cut", () => {
    expect(wayFrom(PI_5, "tc358743 11-000f", "rp1-cfe-csi2_ch0")).toEqual({
      hops: ["tc358743 11-000f:0 -> csi2:0", "csi2:4 -> rp1-cfe-csi2_ch0:0"],
      changes: ["cut csi2:4 -> pisp-fe:0", "link csi2:4 -> rp1-cfe-csi2_ch0:0"],
    });
  });

  test("of unicam is there already", () => {
    expect(wayFrom(UNICAM, "tc358743 10-000f", "unicam-image")).toEqual({
      hops: ["tc358743 10-000f:0 -> unicam:0", "unicam:1 -> unicam-image:0"],
      changes: [],
    });
  });

  test("leads through every part between them", () => {
    expect(wayFrom(ROCKCHIP, "lt6911uxc 4-002b", "stream_cif_mipi_id0")).toEqual({
      hops: [
        "lt6911uxc 4-002b:0 -> rockchip-csi2-dphy0:0",
        "rockchip-csi2-dphy0:1 -> rockchip-mipi-csi2:0",
        "rockchip-mipi-csi2:1 -> stream_cif_mipi_id0:0",
      ],
      changes: [],
    });
  });

  test("takes a multiplexer from another bridge", () => {
    expect(wayFrom(TWO_BRIDGES, "hdmi-left", "capture").changes).toEqual([
      "cut hdmi-right:0 -> mux:1",
      "link hdmi-left:0 -> mux:0",
    ]);
  });
});

describe("upstream of a video node", () => {
  const namesBefore = (topology: Topology, node: string) => {
    return routesTo(topology, nodeOf(topology, node)).map(({ origin }) => origin.name);
  };

  test("lies what is nearest first, each once", () => {
    expect(namesBefore(PI_5, "rp1-cfe-fe_image0")).toEqual([
      ...["pisp-fe", "csi2", "rp1-cfe-fe_config", "tc358743 11-000f"],
    ]);
  });

  test("lies nothing where there are no links, or the node is another's", () => {
    expect(routesTo(VIVID, { major: MAJOR, minor: 0 })).toEqual([]);
    expect(routesTo(PI_5, { major: MAJOR, minor: 99 })).toEqual([]);
    expect(namesBefore(PI_5, "rp1-cfe-fe_config")).toEqual([]);
  });

  test("a circle of links ends", () => {
    const circle = topologyOf(`
      one:1 -> two:0 [ENABLED]
      two:1 -> one:0 [ENABLED]
      two:2 -> capture:0 [ENABLED]
    `);
    expect(namesBefore(circle, "capture")).toEqual(["two", "one"]);
  });
});
