import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { WORDS } from "../words.ts";
import { Button, IconButton } from "./button.tsx";
import { type FormState, useForm } from "./form.ts";
import { Submit, Trouble } from "./submit.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A window above the page, which keeps the focus until it is closed; Esc closes it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={element} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={WORDS.close} onClick={() => element.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

interface FormProps {
  readonly form: FormState;
  readonly submit: string;
  readonly danger?: boolean;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

/** What is to be filled in and sent off in a dialog. */
export function DialogForm(props: FormProps) {
  const { form, submit, danger = false, onSubmit, onCancel, children } = props;
  return (
    <form
      class="body"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Trouble form={form} />
      {children}
      <div class="actions">
        <Button onClick={onCancel}>{WORDS.cancel}</Button>
        <Submit form={form} label={submit} kind={danger ? "danger" : "main"} />
      </div>
    </form>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly submit: string;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is done that cannot be undone. */
export function Confirm({ title, text, submit, run, onClose }: ConfirmProps) {
  const form = useForm([]);
  const act = () =>
    form.submit(async () => {
      await run();
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <DialogForm form={form} submit={submit} danger onSubmit={act} onCancel={onClose}>
        <p>{text}</p>
      </DialogForm>
    </Dialog>
  );
}
