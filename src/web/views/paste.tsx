import { useEffect, useRef, useState } from "preact/hooks";
import { paste, Untypable } from "../input/paste.ts";
import { Button } from "../parts/button.tsx";
import { Drawer } from "../parts/drawer.tsx";
import { Choice } from "../parts/field.tsx";
import { Notice } from "../parts/notice.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { paste: words } = WORDS;

interface Keymaps {
  readonly keymaps: { readonly default: string; readonly available: readonly string[] };
}

interface Progress {
  readonly typed: number;
  readonly total: number;
}

/** Types a text on the host, for want of a clipboard between the two. */
export function Paste({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState("");
  const [skip, setSkip] = useState(false);
  const [error, setError] = useState<string>();
  const [progress, setProgress] = useState<Progress>();
  const { layout, choice } = useLayout();
  const { api } = useServices();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const isRunning = progress !== undefined && progress.typed < progress.total;

  const run = async () => {
    const stop = new AbortController();
    running.current = stop;
    setError(undefined);
    const onProgress = (typed: number, total: number) => setProgress({ typed, total });
    try {
      await paste(api, text, { layout, skip, signal: stop.signal, onProgress });
    } catch (failure) {
      setProgress(undefined);
      if (!stop.signal.aborted) setError(sentenceOf(failure));
    }
  };

  return (
    <Drawer title={words.title} onClose={onClose}>
      <div class="field">
        <label for="paste">{words.text}</label>
        <textarea
          id="paste"
          class="input"
          rows={8}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <span class="about hint">{words.count([...text].length)}</span>
      </div>
      {choice}
      <label class="check">
        <input
          type="checkbox"
          checked={skip}
          onChange={({ currentTarget }) => setSkip(currentTarget.checked)}
        />
        <span>{words.skip}</span>
      </label>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {progress && <Bar progress={progress} />}
      {isRunning ? (
        <Button onClick={() => running.current?.abort()}>{words.stop}</Button>
      ) : (
        <Button
          kind="main"
          disabled={text === ""}
          onClick={() => {
            run().catch(() => undefined);
          }}
        >
          {words.submit}
        </Button>
      )}
    </Drawer>
  );
}

function Bar({ progress }: { readonly progress: Progress }) {
  const { typed, total } = progress;
  return (
    <div class="progress" role="status">
      <progress value={typed} max={total} aria-label={words.title} />
      <span>{typed < total ? words.typed(typed, total) : words.done(total)}</span>
    </div>
  );
}

/** The layout that one has chosen, and the field to choose it in. */
function useLayout() {
  const { api, preferences } = useServices();
  const [layout, setLayout] = useState(preferences.choices.layout);
  const [keymaps, setKeymaps] = useState<Keymaps["keymaps"]>();
  useEffect(() => {
    api
      .ask<{ result: Keymaps }>("GET", "/api/hid/keymaps")
      .then(({ result }) => setKeymaps(result.keymaps))
      .catch(() => undefined);
  }, []);
  const available = keymaps?.available ?? [];
  const options = available.map((name) => [name, name] as const);
  const choice = (
    <Choice
      label={words.layout}
      value={available.includes(layout) ? layout : ""}
      options={[["", words.own(keymaps?.default ?? "")], ...options]}
      onChange={(name) => {
        setLayout(name);
        preferences.change({ layout: name });
      }}
      hint={words.layoutHint}
    />
  );
  return { layout, choice };
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof Untypable) return words.untypable(failure.characters);
  return failure instanceof Error ? failure.message : WORDS.errors.ours;
}
