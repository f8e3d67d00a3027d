/**
 * The text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting). A client library
 * would bring registries that are global, and more code than this.
 */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric and all its samples, which differ in the values of their labels. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric of one sample, without labels. */
export function single(
  type: Metric["type"],
  name: string,
  help: string,
  value: number | boolean,
): Metric {
  return { name, type, help, samples: [{ value: Number(value) }] };
}

/** Writes `metrics`; one without samples is left out. */
export function exposition(metrics: readonly Metric[]): string {
  const present = metrics.filter(({ samples }) => samples.length > 0);
  return present
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels = {}, value }) => `${name}${braced(labels)} ${value}\n`);
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
}

function braced(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => {
    return `${label}="${escaped(value).replaceAll('"', '\\"')}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
