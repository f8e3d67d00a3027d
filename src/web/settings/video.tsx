import { useEffect, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { Trouble } from "../parts/submit.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";
import { Fact, useStatus } from "./device.tsx";

const { video: words } = WORDS;

/** What can be set of the stream, as PiKVM's GET /api/streamer has it. */
interface StreamParams {
  readonly quality: number;
  readonly desired_fps: number;
}

/** Video: what comes in, and what is made of it. */
export function Video() {
  return (
    <Panel title={words.title}>
      <Signal />
      <Params />
      <p class="muted">{words.edid}</p>
    </Panel>
  );
}

function Signal() {
  const status = useStatus();
  if (status === undefined) return <p class="muted">{WORDS.loading}</p>;
  const { video } = status;
  return (
    <dl class="facts">
      <Fact name={words.signal}>{WORDS.sentence(video.message)}</Fact>
      {video.device !== null && <Fact name={words.device}>{video.device}</Fact>}
      {video.width !== null && (
        <Fact name={words.mode}>{`${video.width}×${video.height} ${video.format ?? ""}`}</Fact>
      )}
      <Fact name={words.rate}>{words.rates(video.captured_fps, video.delivered_fps)}</Fact>
      {video.dropped_frames > 0 && <Fact name={words.dropped}>{`${video.dropped_frames}`}</Fact>}
    </dl>
  );
}

/** Quality and frames a second, until linkrd starts anew. */
function Params() {
  const { api } = useServices();
  const [params, setParams] = useState<StreamParams>();
  useEffect(() => {
    api
      .ask<{ result: { params: StreamParams } }>("GET", "/api/streamer")
      .then(({ result }) => setParams(result.params))
      .catch(() => undefined);
  }, []);
  return params === undefined ? null : <ParamsForm params={params} />;
}

function ParamsForm({ params }: { readonly params: StreamParams }) {
  const { api } = useServices();
  const [quality, setQuality] = useState(`${params.quality}`);
  const [fps, setFps] = useState(`${params.desired_fps}`);
  const [isDone, setDone] = useState(false);
  const form = useForm([]);
  const submit = () =>
    form.submit(async () => {
      setDone(false);
      const query = new URLSearchParams({ quality, desired_fps: fps });
      await api.ask("POST", `/api/streamer/set_params?${query}`);
      setDone(true);
    });
  return (
    <form
      class="inline"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit().catch(() => undefined);
      }}
    >
      <Field
        label={words.quality}
        value={quality}
        onInput={setQuality}
        inputMode="numeric"
        hint={words.qualityHint}
      />
      <Field
        label={words.fps}
        value={fps}
        onInput={setFps}
        inputMode="numeric"
        hint={words.fpsHint}
      />
      <Button type="submit" busy={form.busy}>
        {words.apply}
      </Button>
      <Trouble form={form} />
      {isDone && <Notice kind="success">{words.applied}</Notice>}
    </form>
  );
}
