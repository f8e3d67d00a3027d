import { useEffect, useRef, useState } from "preact/hooks";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { log: words } = WORDS;
/** A day is more than anybody reads; the older ones make room. */
const SEEK_SECONDS = 86_400;
const LINES_MAX = 1000;

/** The log, and what comes to it while one looks. Lines are shown as text, whatever they say. */
export function Log() {
  return (
    <Panel title={words.title}>
      <Lines />
    </Panel>
  );
}

function Lines() {
  const { api } = useServices();
  const [lines, setLines] = useState<readonly string[]>([]);
  const [error, setError] = useState<string>();
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const gone = new AbortController();
    const path = `/api/log?seek=${SEEK_SECONDS}&follow=1`;
    const read = async () => {
      const { body } = await api.fetch("GET", path, { signal: gone.signal });
      const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      // Not every browser lets a stream be looped over.
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
        const parts = `${rest}${part.value}`.split("\n");
        rest = parts.pop() ?? "";
        setLines((before) => [...before, ...parts].slice(-LINES_MAX));
      }
    };
    read().catch((failure: unknown) => {
      if (!gone.signal.aborted) setError(failure instanceof Error ? failure.message : "");
    });
    return () => gone.abort();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    // Who has scrolled up wants to read, not to be carried away.
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    if (isAtEnd) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {lines.length === 0 && error === undefined && <p class="muted">{words.empty}</p>}
      {lines.length > 0 && (
        <pre class="log" ref={box} role="log" aria-label={words.title}>
          {lines.join("\n")}
        </pre>
      )}
    </>
  );
}
