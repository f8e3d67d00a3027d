import { useEffect, useRef, useState } from "preact/hooks";
import type { TokenRow } from "../../http/tokens.ts";
import { Button } from "../parts/button.tsx";
import { Dialog, DialogForm } from "../parts/dialog.tsx";
import { Choice, Field } from "../parts/field.tsx";
import { useForm } from "../parts/form.ts";
import { Notice } from "../parts/notice.tsx";
import { PasswordFields, usePassword } from "../parts/password.tsx";
import { useServices } from "../state/hooks.ts";
import { WORDS } from "../words.ts";

const { tokens: words } = WORDS;
type Ability = TokenRow["abilities"][number];
const ABILITIES = Object.keys(words.ability) as readonly Ability[];
/** Expirations that are one click away; `date` is one of one's own. */
const EXPIRATIONS = ["", "1d", "30d", "90d", "365d", "date"] as const;
const USUAL = "90d";

/** The dialog Access Token: makes one, and then shows it, this once. */
export function GenerateToken({ onClose }: { readonly onClose: () => void }) {
  const [token, setToken] = useState<string>();
  return (
    <Dialog title={words.dialog} onClose={onClose}>
      {token === undefined ? (
        <Wish onMade={setToken} onClose={onClose} />
      ) : (
        <Made token={token} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface WishProps {
  readonly onMade: (token: string) => void;
  readonly onClose: () => void;
}

function Wish({ onMade, onClose }: WishProps) {
  const { api } = useServices();
  const [name, setName] = useState("");
  const [abilities, setAbilities] = useState<readonly Ability[]>(ABILITIES);
  const [expires, setExpires] = useState<string>(USUAL);
  const [date, setDate] = useState("");
  const password = usePassword();
  const form = useForm(["name", "abilities", "expires", "password"]);
  const submit = () =>
    form.submit(async () => {
      // A date that was left out is refused; only the choice of none means never.
      const until = expires === "date" ? date : expires || null;
      const json = { name, password: password.value, abilities, expires: until };
      const made = await api.ask<{ token: string }>("POST", "/api/tokens", { json });
      onMade(made.token);
    });
  return (
    <DialogForm form={form} submit={words.submit} onSubmit={submit} onCancel={onClose}>
      <Field
        label={words.name}
        name="token-name"
        value={name}
        onInput={setName}
        hint={words.nameHint}
        error={form.errors["name"]}
        autofocus
      />
      <AbilityBoxes chosen={abilities} onChange={setAbilities} error={form.errors["abilities"]} />
      <Choice
        label={words.expiration}
        value={expires}
        options={EXPIRATIONS.map((each) => [each, words.expirations[each]])}
        onChange={setExpires}
        error={expires === "date" ? undefined : form.errors["expires"]}
      />
      {expires === "date" && (
        <Field
          label={words.date}
          value={date}
          onInput={setDate}
          hint={words.dateHint}
          error={form.errors["expires"]}
        />
      )}
      <PasswordFields password={password} label={words.password} error={form.errors["password"]} />
    </DialogForm>
  );
}

interface BoxesProps {
  readonly chosen: readonly Ability[];
  readonly onChange: (abilities: readonly Ability[]) => void;
  readonly error: string | undefined;
}

function AbilityBoxes({ chosen, onChange, error }: BoxesProps) {
  const toggle = (ability: Ability, isChosen: boolean) => {
    onChange(ABILITIES.filter((each) => (each === ability ? isChosen : chosen.includes(each))));
  };
  return (
    <fieldset class="boxes">
      <legend class="legend">{words.abilitiesLabel}</legend>
      {ABILITIES.map((ability) => (
        <label key={ability} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(ability)}
            onChange={({ currentTarget }) => toggle(ability, currentTarget.checked)}
          />
          <span>
            <b>{ability}</b> <span class="muted">{words.ability[ability]}</span>
          </span>
        </label>
      ))}
      {error !== undefined && <p class="error">{error}</p>}
    </fieldset>
  );
}

interface MadeProps {
  readonly token: string;
  readonly onClose: () => void;
}

function Made({ token, onClose }: MadeProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState<"copied" | "failed">();
  const copy = async () => {
    field.current?.select();
    try {
      // Absent on a page that came over plain HTTP from elsewhere.
      await navigator.clipboard.writeText(token);
      setCopied("copied");
    } catch {
      setCopied("failed");
    }
  };
  useEffect(() => field.current?.select(), []);
  return (
    <div class="body">
      <Notice kind="success">{words.once}</Notice>
      <textarea
        class="input token"
        ref={field}
        rows={3}
        readOnly
        spellcheck={false}
        aria-label={words.dialog}
        value={token}
      />
      <div class="copy">
        <Button icon="copy" onClick={copy}>
          {words.copy}
        </Button>
        <span role="status">
          {copied === "copied" && words.copied}
          {copied === "failed" && (
            <>
              <b>{words.copyFailed}</b> {words.copyByHand}
            </>
          )}
        </span>
      </div>
      <pre class="example">{words.example(location.origin)}</pre>
      <div class="actions">
        <Button kind="main" onClick={onClose}>
          {words.done}
        </Button>
      </div>
    </div>
  );
}
