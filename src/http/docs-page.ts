/** The API document as a page: no scripts, nothing from elsewhere, readable on a phone. */
import { STATUS_CODES } from "node:http";
import { html, raw } from "hono/html";
import type { OpenApi, Operation, ParameterObject } from "./openapi.ts";
import type { JsonSchema } from "./query.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: light-dark(#57606a, #9aa4af);
  --soft: light-dark(#f4f5f7, #1c2128); --link: light-dark(#0b57d0, #8ab4f8) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 0 auto; padding: 1rem }
h1 { margin: 0; font-size: 1.6rem } h2 { margin: 2rem 0 0; font-size: 1.2rem }
a { color: var(--link) } p { margin: .4rem 0 }
nav { display: flex; flex-wrap: wrap; gap: .4rem 1rem }
code, pre { font: .875em/1.45 ui-monospace, monospace } .dim { color: var(--dim) }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0 }
summary { cursor: pointer; padding: .6rem .8rem; display: flex; flex-wrap: wrap; gap: .1rem .6rem }
.who { margin-left: auto }
summary > code { font-weight: 600; overflow-wrap: anywhere }
details > div { border-top: 1px solid var(--line); padding: .3rem .8rem .8rem }
h3 { font-size: .9rem; margin: .9rem 0 .2rem } dl { margin: 0 } dd { margin: 0 0 .4rem 1rem }
pre { background: var(--soft); border-radius: .4rem; padding: .6rem; margin: .3rem 0;
  max-height: 22rem; overflow: auto }
`;

/** What a Content-Security-Policy allows the page's style by (CSP level 3, 2.3.1). */
export function pageStyle(): string {
  return `'sha256-${new Bun.CryptoHasher("sha256").update(STYLE).digest("base64")}'`;
}

type Html = ReturnType<typeof html>;

export function pageOf(document: OpenApi): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, operation]) => ({ path, method, operation }));
  });
  const sections = document.tags.map(({ name, description }) => {
    const mine = operations.filter(({ operation }) => operation.tags[0] === name);
    return html`<h2 id="${name}">${name}</h2>
      <p class="dim">${description}</p>
      ${mine.map(({ path, method, operation }) => operationOf(path, method, operation))}`;
  });
  const links = document.tags.map(({ name }) => html`<a href="#${name}">${name}</a>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>linkrd API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <h1>linkrd API</h1>
        <p>${prose(document.info["description"])}</p>
        <p>
          For programs: <a href="/api/openapi.json">openapi.json</a>. With a token:
        </p>
        <pre>curl -H "Authorization: Bearer $TOKEN" https://HOST/api/status</pre>
        <nav>${links}</nav>
        ${sections}
      </body>
    </html>`;
}

function operationOf(path: string, method: string, operation: Operation): Html {
  const { summary, description, parameters, requestBody, responses } = operation;
  const bodies = Object.entries(requestBody?.content ?? {});
  const all = Object.entries(responses);
  const answers = all.filter(([, response]) => !("$ref" in response));
  const faults = all.filter(([, response]) => "$ref" in response);
  return html`<details id="${operation.operationId}">
    <summary>
      <code>${method.toUpperCase()} ${path}</code> <span>${summary}</span>
      <span class="dim who">${whoMay(operation)}</span>
    </summary>
    <div>
      ${description === undefined ? "" : html`<p>${prose(description)}</p>`}
      ${parameters.length === 0 ? "" : html`<h3>Parameters</h3>`}
      <dl>${parameters.map(parameterOf)}</dl>
      ${bodies.map(([type, { schema }]) => html`<h3>Body: ${type}</h3>${schemaOf(schema)}`)}
      <h3>Answers</h3>
      <dl>${answers.map(([status, response]) => answerOf(status, response))}</dl>
      ${faultsOf(faults.map(([status]) => status))}
    </div>
  </details>`;
}

function whoMay({ security }: Operation): string {
  if (security.length === 0) return "open";
  const tokens = security.flatMap(({ token }) => (token === undefined ? [] : [token]));
  if (tokens.length === 0) return "session";
  return tokens.flat().join(" or ") || "any credential";
}

function parameterOf({ name, required, description = "", schema }: ParameterObject): Html {
  return html`<dt>
      <code>${name}</code> <span class="dim">${required ? "required " : ""}${kindOf(schema)}</span>
    </dt>
    <dd>${prose(description)}</dd>`;
}

/** A schema of one value in few words. */
function kindOf(schema: JsonSchema): string {
  const { type, minimum, maximum, default: usual } = schema;
  const words = "const" in schema ? [schema["const"]] : schema["enum"];
  const range = [minimum, maximum].map((bound) => bound ?? "").join("…");
  const kind = Array.isArray(words)
    ? words.join(" | ")
    : `${type}${range === "…" ? "" : ` ${range}`}`;
  return usual === undefined ? kind : `${kind}, default ${JSON.stringify(usual)}`;
}

function answerOf(status: string, response: JsonSchema): Html {
  const { description, headers, content } = response as {
    description?: string;
    headers?: Record<string, { description?: string }>;
    content?: Record<string, { schema?: JsonSchema }>;
  };
  const fields = Object.entries(headers ?? {}).map(([name, { description: about }]) => {
    return html`<div><code>${name}</code> <span class="dim">${prose(about)}</span></div>`;
  });
  const bodies = Object.entries(content ?? {}).map(([type, { schema }]) => {
    return html`<div class="dim">${type}</div>${schemaOf(schema)}`;
  });
  return html`<dt><code>${status}</code> ${prose(description)}</dt><dd>${bodies}${fields}</dd>`;
}

/** All in one line: they are the same for most routes. */
function faultsOf(statuses: readonly string[]): Html {
  const named = statuses.map((status) => `${status} ${STATUS_CODES[status] ?? ""}`.trim());
  return html`<p class="dim">Faults: ${named.join(", ")}.</p>`;
}

function schemaOf(schema: JsonSchema | undefined): Html | string {
  return schema === undefined ? "" : html`<pre>${JSON.stringify(schema, null, 2)}</pre>`;
}

/** A text in which backticks mean code, as Markdown has them. */
function prose(text: unknown): Html[] {
  const parts = `${text}`.split("`");
  return parts.map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}
