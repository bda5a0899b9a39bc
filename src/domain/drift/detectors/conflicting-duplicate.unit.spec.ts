import { initialOrder } from '../../cases/order';
import { defaultPolicy } from '../../policy';
import { DetectContext, type FeedClock } from '../context';
import { conflictingDuplicate } from './conflicting-duplicate';

const silent: FeedClock = {
  watermark: () => null,
  startsAt: () => null,
  watermarkOf: () => null,
  silenceMeansNothing: () => false,
};
const [ofOrder] = conflictingDuplicate;
const { versions: _versions, ...documents } = initialOrder('SO1');
const slots = Object.entries(documents).flatMap(([name, value]) => (Array.isArray(value) ? [name] : []));

it.each(slots)('a document of an order said twice is told of, whatever it is: %s', (name) => {
  const said = {
    key: 'books/X/1',
    fact: 2,
    rev: 1,
    at: 5,
    hash: 'b',
    value: { orderNo: 'SO1', word: 'second' },
  };
  const rival = { fact: 1, at: 5, hash: 'a', value: { orderNo: 'SO1', word: 'first' } };
  const state = { ...initialOrder('SO1'), [name]: [{ ...said, rivals: [rival] }] };
  const context = new DetectContext(10, defaultPolicy, silent, () => null);
  context.begin('order', state);
  expect(ofOrder.detect(state, context)).toMatchObject([
    { subject: { kind: 'fact', id: '1' }, difference: 'word', cause: { code: 'same-revision' } },
  ]);
});
