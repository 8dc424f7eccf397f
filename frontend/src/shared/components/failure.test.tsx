import { ThemeProvider } from '@mui/material/styles';
import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { theme } from '@/app/theme';
import { Unreachable } from '@/shared/api/errors';
import { Failure } from '@/shared/components/failure';
import { refusal } from '@/testing/refusals';

function show(error: unknown, onRetry?: () => void) {
  return render(
    <ThemeProvider theme={theme}>
      <Failure error={error} onRetry={onRetry} />
    </ThemeProvider>,
  );
}

test('an error is told in words, with the trace id to quote', () => {
  show(refusal(500, { title: 'Something went wrong on our side', detail: 'It is logged' }));
  expect(screen.getByRole('alert').textContent).toContain('mistake of ours');
  expect(screen.getByText('f'.repeat(32))).toBeTruthy();
});

test('nobody needs a trace id, or another try, for what is not there', () => {
  show(refusal(404), vi.fn());
  expect(screen.getByRole('alert').textContent).toContain('We do not have this');
  expect(screen.queryByText('f'.repeat(32))).toBeNull();
  expect(screen.queryByRole('button')).toBeNull();
});

test('too many tries are told with how long to wait, and the way on opens when that is over', async () => {
  vi.useFakeTimers();
  const onRetry = vi.fn();
  show(refusal(429, {}, 3), onRetry);
  expect(screen.getByRole('alert').textContent).toContain('Wait 3 seconds');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Try again in 3 s' }).disabled).toBe(true);
  for (let second = 0; second < 3; second++) await act(() => vi.advanceTimersByTimeAsync(1000));
  vi.useRealTimers();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test('no network is told as that', () => {
  show(new Unreachable('offline'));
  expect(screen.getByRole('alert').textContent).toContain('Check your connection');
});
