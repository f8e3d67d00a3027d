import { useEffect, useState } from "preact/hooks";
import type { TokenRow } from "../../http/tokens.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { usePolling, useServices } from "../state/hooks.ts";
import { absoluteTime, relativeTime } from "../state/time.ts";
import { WORDS } from "../words.ts";
import { GenerateToken } from "./generate-token.tsx";

const { tokens: words } = WORDS;
/** "Last used" is to appear while one looks. */
const LOOK_MS = 3000;

type Asked =
  | { readonly kind: "generate" }
  | { readonly kind: "revoke" | "delete"; readonly name: string };

/** Access Tokens: the list, and the ways to make, revoke and delete one. */
export function Tokens() {
  const { api } = useServices();
  const [rows, setRows] = useState<readonly TokenRow[]>();
  const [error, setError] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const look = async () => {
    try {
      const answer = await api.ask<{ tokens: readonly TokenRow[] }>("GET", "/api/tokens");
      setRows(answer.tokens);
      setError(undefined);
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : WORDS.errors.ours);
    }
  };
  usePolling(look, LOOK_MS);
  const close = () => {
    setAsked(undefined);
    look().catch(() => undefined);
  };
  const active = rows?.filter(({ status }) => status === "Active").length;
  return (
    <Panel
      title={words.title}
      open
      summary={active === undefined ? undefined : words.summary(active)}
      action={
        <Button icon="plus" onClick={() => setAsked({ kind: "generate" })}>
          {words.generate}
        </Button>
      }
    >
      <p class="muted">{words.lead}</p>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {rows?.length === 0 && <p class="empty">{words.empty}</p>}
      {rows !== undefined && rows.length > 0 && <List rows={rows} onAsk={setAsked} />}
      {asked?.kind === "generate" && <GenerateToken onClose={close} />}
      {asked?.kind === "revoke" && (
        <Confirm
          title={words.revokeTitle(asked.name)}
          text={words.revokeText}
          submit={words.revoke}
          run={() => api.ask("POST", `/api/tokens/${asked.name}/revoke`)}
          onClose={close}
        />
      )}
      {asked?.kind === "delete" && (
        <Confirm
          title={words.deleteTitle(asked.name)}
          text={words.deleteText}
          submit={words.delete}
          run={() => api.ask("DELETE", `/api/tokens/${asked.name}`)}
          onClose={close}
        />
      )}
    </Panel>
  );
}

interface ListProps {
  readonly rows: readonly TokenRow[];
  readonly onAsk: (asked: Asked) => void;
}

function List({ rows, onAsk }: ListProps) {
  return (
    <table class="tokens">
      <thead>
        <tr>
          {words.columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.name} row={row} onAsk={onAsk} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: TokenRow;
  readonly onAsk: (asked: Asked) => void;
}

function Row({ row, onAsk }: RowProps) {
  const { name, abilities, status } = row;
  return (
    <tr>
      <th scope="row" class="mono">
        {name}
      </th>
      <td data-label={words.columns[1]}>
        <span class="abilities">{words.abilities(abilities)}</span>
      </td>
      <td data-label={words.columns[2]}>
        <span class={`status ${status.toLowerCase()}`}>{status}</span>
      </td>
      <td data-label={words.columns[3]}>
        <Moment moment={row.last_used} none={words.neverUsed} />
        {row.last_used_from !== null && <small class="muted">{row.last_used_from}</small>}
      </td>
      <td data-label={words.columns[4]}>
        <Moment moment={row.created} none={words.byHand} />
        {row.expires !== null && status === "Active" && (
          <small class="muted">{words.expires(relativeTime(row.expires, Date.now()))}</small>
        )}
      </td>
      <td class="actions">
        {status === "Active" && (
          <Button onClick={() => onAsk({ kind: "revoke", name })}>{words.revoke}</Button>
        )}
        <Button onClick={() => onAsk({ kind: "delete", name })}>{words.delete}</Button>
      </td>
    </tr>
  );
}

/** A moment as it is said, which goes on while one looks; in full when one points at it. */
function Moment({ moment, none }: { readonly moment: string | null; readonly none: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => tick((count) => count + 1), LOOK_MS);
    return () => clearTimeout(timer);
  });
  if (moment === null) return <span class="muted">{none}</span>;
  return (
    <time dateTime={moment} title={absoluteTime(moment)}>
      {relativeTime(moment, Date.now())}
    </time>
  );
}
