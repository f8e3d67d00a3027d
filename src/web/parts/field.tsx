import type { ComponentChildren, TargetedEvent } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password";
  /** What is wrong with it, in linkrd's words. */
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  readonly name?: string;
  readonly autocomplete?: string;
  readonly inputMode?: "numeric" | "text";
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly autofocus?: boolean;
}

/** A field of a form, with its label above, and below what is wrong with it. */
export function Field(props: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { label, value, error, hint, type = "text", onInput, autofocus = false } = props;
  // The attribute is for a dialog that opens with the field, the effect for one that is open.
  useEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  const shared = {
    id,
    ref: input,
    autofocus,
    class: "input",
    value,
    name: props.name,
    autocomplete: props.autocomplete ?? "off",
    inputMode: props.inputMode ?? "text",
    maxLength: props.maxLength,
    required: props.required ?? false,
    autocapitalize: "off",
    spellcheck: false,
    "aria-invalid": error !== undefined,
    "aria-describedby": `${id}-about`,
    onInput: (event: TargetedEvent<HTMLInputElement>) => onInput(event.currentTarget.value),
  } as const;
  return (
    <Labelled id={id} label={label} error={error} hint={hint}>
      {type === "text" ? <input type="text" {...shared} /> : <input type="password" {...shared} />}
    </Labelled>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
}

/** One of several. */
export function Choice({ label, value, options, onChange, error, hint }: ChoiceProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} error={error} hint={hint}>
      <select
        id={id}
        class="input"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-about`}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface LabelledProps {
  readonly id: string;
  readonly label: string;
  readonly error: string | undefined;
  readonly hint: string | undefined;
  readonly children: ComponentChildren;
}

/** The place for errors is always there, so that screen readers say what appears in it. */
function Labelled({ id, label, error, hint, children }: LabelledProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <div id={`${id}-about`} class="about" aria-live="polite">
        {error !== undefined ? (
          <span class="error">
            <Icon name="warn" />
            {error}
          </span>
        ) : (
          hint !== undefined && <span class="hint">{hint}</span>
        )}
      </div>
    </div>
  );
}
