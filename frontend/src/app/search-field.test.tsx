import { ThemeProvider } from '@mui/material/styles';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { createMemoryRouter, Link, RouterProvider } from 'react-router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SearchField } from '@/app/search-field';
import { theme } from '@/app/theme';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function show(address: string) {
  const page = (
    <ThemeProvider theme={theme}>
      <SearchField />
      <Link to="/">All shelves</Link>
      <Link to="/products/1">One good</Link>
    </ThemeProvider>
  );
  const router = createMemoryRouter([{ path: '*', element: page }], { initialEntries: [address] });
  render(<RouterProvider router={router} />);
  return () => router.state.location.pathname + router.state.location.search;
}

const field = () => screen.getByRole<HTMLInputElement>('searchbox');
const type = (text: string) => fireEvent.change(field(), { target: { value: text } });
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const click = (name: string) => {
  act(() => void fireEvent.click(screen.getByText(name)));
};

test('it looks as soon as somebody stops typing, on the shelf where he is', async () => {
  const address = show('/?category=Garden');
  type('lan');
  await pass(300);
  type('lantern');
  await pass(300);
  expect(address()).toBe('/?category=Garden');
  await pass(100);
  expect(address()).toBe('/?category=Garden&q=lantern');
  await pass(2000);
  expect(address()).toBe('/?category=Garden&q=lantern');
});

test('what was typed is looked for also where a shelf is chosen in the same moment', async () => {
  const address = show('/?category=Garden');
  type('lantern');
  click('All shelves');
  await pass(400);
  expect(address()).toBe('/?q=lantern');
  expect(field().value).toBe('lantern');
});

test('a link of before that overtakes a search does not lose it', async () => {
  const address = show('/?category=Garden');
  type('lantern');
  act(() => {
    vi.advanceTimersByTime(351); // it looks, and the link below is followed before that is seen
    fireEvent.click(screen.getByText('All shelves'));
  });
  await pass(800);
  expect(address()).toBe('/?q=lantern');
  expect(field().value).toBe('lantern');
});

test('a letter that is typed while an earlier search arrives stays', async () => {
  const address = show('/');
  type('lan');
  await act(async () => {
    await vi.advanceTimersByTimeAsync(350);
    type('lant');
  });
  expect(field().value).toBe('lant');
  await pass(400);
  expect(address()).toBe('/?q=lant');
});

test('who goes to a good is not taken back by what he typed before', async () => {
  const address = show('/');
  type('lantern');
  click('One good');
  await pass(1000);
  expect(address()).toBe('/products/1');
  expect(field().value).toBe('');
});

test('who clears a search has cleared it', async () => {
  const address = show('/?q=lamp');
  type('lamps');
  click('All shelves');
  await pass(1000);
  expect(address()).toBe('/');
  expect(field().value).toBe('');
});
