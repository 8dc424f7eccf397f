/** What is wrong with a form, field by field, in words; the shop's own check has the last one. */
import { ApiError } from '@/shared/api/errors';

export type Field = 'name' | 'email' | 'password';
export type Wrong = Partial<Record<Field, string>>;

const WORDS: Record<Field, string> = {
  name: 'Tell us a name, at most 200 characters',
  email: 'This does not look like an e-mail address',
  password: 'At least 8 characters, at most 128',
};

export function check(values: Partial<Record<Field, string>>, fresh: boolean): Wrong {
  const wrong: Wrong = {};
  if (values.name !== undefined && !values.name.trim()) wrong.name = WORDS.name;
  if (values.email !== undefined && !/^\S+@\S+\.\S+$/.test(values.email)) wrong.email = WORDS.email;
  const password = values.password ?? '';
  if (fresh ? password.length < 8 || password.length > 128 : password === '') {
    wrong.password = fresh ? WORDS.password : 'Type your password';
  }
  return wrong;
}

/** The fields that the shop refused. */
export function refused(error: unknown): Wrong {
  if (!(error instanceof ApiError)) return {};
  if (error.type === 'email-taken') return { email: 'This address has an account. Log in instead?' };
  const wrong: Wrong = {};
  for (const { field } of error.problem.errors ?? []) {
    if (field in WORDS) wrong[field as Field] = WORDS[field as Field];
  }
  return wrong;
}
