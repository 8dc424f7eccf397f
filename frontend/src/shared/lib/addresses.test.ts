import { expect, test } from 'vitest';
import { apiAddress, assetAddress } from '@/shared/lib/addresses';

test('with nothing set every address is of the page’s own origin', () => {
  expect(assetAddress('/images/22423.svg')).toBe('/images/22423.svg');
  expect(apiAddress('/api/auth/refresh')).toBe('/api/auth/refresh');
});

test('a CDN of another name has the pictures, and a front door of another name the API', () => {
  expect(assetAddress('/images/22423.svg', 'https://cdn.example')).toBe('https://cdn.example/images/22423.svg');
  expect(apiAddress('/api/products', 'https://api.example')).toBe('https://api.example/api/products');
});

test('an address that is whole stays as it is', () => {
  expect(assetAddress('https://pictures.example/1.svg', 'https://cdn.example')).toBe('https://pictures.example/1.svg');
});
