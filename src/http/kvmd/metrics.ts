import { type Metric, single } from "../exposition.ts";
import { ABSENT } from "./absent.ts";
import { type InfoParts, infoOf } from "./info.ts";

/**
 * What kvmd exports, by its names: they follow the path of a value in its states, whatever the
 * conventions say. What is null there is not here.
 */
export async function kvmdMetricsOf(parts: InfoParts): Promise<readonly Metric[]> {
  const [health, fan] = await Promise.all([infoOf("health", parts), infoOf("fan", parts)]);
  const { enabled, leds } = ABSENT.atx;
  return [
    ...leaves("pikvm_atx_enabled", enabled),
    ...leaves("pikvm_atx_power", leds.power),
    ...leaves("pikvm_hw", health),
    ...leaves("pikvm_fan", fan),
  ];
}

function leaves(name: string, value: unknown): readonly Metric[] {
  if (typeof value === "number" || typeof value === "boolean") {
    return [single("gauge", name, "As PiKVM exports it.", value)];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    return leaves(key === "parsed_flags" ? name : `${name}_${key}`, inner);
  });
}
