import type { DeviceNumber, Entity, Link, Pad, Topology } from "../ffi/media-device.ts";

/** A link between two entities, with its pads. */
export interface Hop {
  readonly source: Pad;
  readonly sink: Pad;
  readonly isEnabled: boolean;
  readonly isImmutable: boolean;
}

/** The way that pictures take from an entity to a video node: at least one hop. */
export interface Route {
  readonly origin: Entity;
  readonly hops: readonly [Hop, ...Hop[]];
}

/** A link to be made or cut. */
export interface LinkChange {
  readonly source: Pad;
  readonly sink: Pad;
  readonly enabled: boolean;
}

/**
 * The ways to the video node with the number `node` from all that lies upstream of it, the nearest
 * first, whether or not their links are enabled. Data that enter an entity by any pad may leave it
 * by any: which pads belong together, only a driver knows.
 */
export function routesTo(topology: Topology, node: DeviceNumber): Route[] {
  const end = topology.entities.find(({ device }) => device !== undefined && same(device, node));
  const routes: Route[] = [];
  const seen = new Set([end?.id]);
  const queue: { readonly entity: number | undefined; readonly hops: readonly Hop[] }[] = [
    { entity: end?.id, hops: [] },
  ];
  for (const { entity, hops } of queue) {
    for (const hop of hopsInto(topology, entity)) {
      const origin = topology.entities.find(({ id }) => id === hop.source.entity);
      if (origin === undefined || seen.has(origin.id)) continue;
      seen.add(origin.id);
      routes.push({ origin, hops: [hop, ...hops] });
      queue.push({ entity: origin.id, hops: [hop, ...hops] });
    }
  }
  return routes;
}

/**
 * What has to be done so that pictures take `route`, and it alone: whatever else leaves its pads
 * would have to fit them for the stream to start, and whatever else enters its parts may be what
 * they choose. Links are cut before others are made.
 */
export function changesFor(topology: Topology, { hops }: Route): LinkChange[] {
  const sources = new Set(hops.map(({ source }) => source.id));
  const entities = new Set(hops.map(({ sink }) => sink.entity));
  const isOnRoute = (hop: Hop) => {
    return hops.some(({ source, sink }) => source.id === hop.source.id && sink.id === hop.sink.id);
  };
  const cut = topology.links
    .flatMap((link) => hopOf(topology, link) ?? [])
    .filter(({ source, sink }) => sources.has(source.id) || entities.has(sink.entity))
    .filter((hop) => hop.isEnabled && !hop.isImmutable && !isOnRoute(hop));
  const made = hops.filter(({ isEnabled }) => !isEnabled);
  return [
    ...cut.map(({ source, sink }) => ({ source, sink, enabled: false })),
    ...made.map(({ source, sink }) => ({ source, sink, enabled: true })),
  ];
}

function same(one: DeviceNumber, other: DeviceNumber): boolean {
  return one.major === other.major && one.minor === other.minor;
}

function hopsInto(topology: Topology, entity: number | undefined): Hop[] {
  const hops = topology.links.flatMap((link) => hopOf(topology, link) ?? []);
  return hops.filter(({ sink }) => sink.entity === entity);
}

function hopOf({ pads }: Topology, link: Link): Hop | undefined {
  const [source, sink] = [link.source, link.sink].map((id) => pads.find((pad) => pad.id === id));
  if (source === undefined || sink === undefined) return undefined;
  const { isEnabled, isImmutable } = link;
  return { source, sink, isEnabled, isImmutable };
}
