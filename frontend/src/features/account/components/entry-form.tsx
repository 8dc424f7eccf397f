/** The form of logging in and of registering: the latter has a name in it, and is the same otherwise. */
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { type SubmitEvent, useRef, useState } from 'react';
import { check, type Field, refused, type Wrong } from '@/features/account/api/fields';
import { Action } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';
import { ApiError } from '@/shared/api/errors';

export type Entry = Record<Field, string>;
type Props = { fresh: boolean; onSubmit: (entry: Entry) => Promise<void> };

export function EntryForm({ fresh, onSubmit }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [wrong, setWrong] = useState<Wrong>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const show = (found: Wrong) => {
    setWrong(found);
    const [first] = (['name', 'email', 'password'] as const).filter((field) => found[field]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    return first !== undefined;
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const given = new FormData(event.currentTarget);
    const text = (field: Field) => {
      const value = given.get(field);
      return typeof value === 'string' ? value : '';
    };
    const entry: Entry = { name: text('name'), email: text('email').trim(), password: text('password') };
    const { name, ...rest } = entry;
    setError(null);
    if (show(check(fresh ? { name, ...rest } : rest, fresh))) return;
    setBusy(true);
    try {
      await onSubmit(entry);
    } catch (caught) {
      if (!show(refused(caught))) setError(caught);
    } finally {
      setBusy(false);
    }
  };
  const wrongPassword = error instanceof ApiError && error.status === 401;
  return (
    <Box
      component="form"
      noValidate
      ref={form}
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => void submit(event)}
      sx={{ display: 'grid', gap: 2.5 }}
    >
      {fresh && <Input name="name" label="Your name" autoComplete="name" wrong={wrong} />}
      <Input name="email" label="E-mail address" type="email" autoComplete="email" wrong={wrong} />
      <Input
        name="password"
        label="Password"
        type="password"
        autoComplete={fresh ? 'new-password' : 'current-password'}
        wrong={wrong}
        hint={fresh ? 'At least 8 characters' : ''}
      />
      {error !== null && wrongPassword && (
        <Failure error={error} title="That did not match">
          The e-mail address or the password is wrong.
        </Failure>
      )}
      {error !== null && !wrongPassword && <Failure error={error} />}
      <Action type="submit" kind="full" aria-disabled={busy}>
        {busy ? 'One moment…' : fresh ? 'Open an account' : 'Log in'}
      </Action>
    </Box>
  );
}

type InputProps = { name: Field; label: string; type?: string; autoComplete: string; wrong: Wrong; hint?: string };

function Input({ name, label, type = 'text', autoComplete, wrong, hint = '' }: InputProps) {
  return (
    <TextField
      name={name}
      label={label}
      type={type}
      autoComplete={autoComplete}
      required
      error={wrong[name] !== undefined}
      helperText={wrong[name] ?? hint}
    />
  );
}
