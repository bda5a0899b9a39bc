import { withoutLinks } from './index';

it('a demo that ends prints no address that nobody answers at any more', () => {
  const url = 'http://127.0.0.1:7420';
  expect(withoutLinks(`One of them\n  cause  none\n  ${url}/v1/drifts/1\n`, url)).toBe(
    'One of them\n  cause  none\n',
  );
});
