import { addKit, addUnsynchronised } from '../master/items';
import * as middleware from '../middleware-messages';
import type { ExpectedDrift } from '../recorder';
import type { Scene } from '../scene';
import { HOUR } from '../timeline';
import type { MasterFault } from './plan';

type Found = Omit<ExpectedDrift, 'faultId'>;

const onProduct = (detector: string, id: string, cause?: string): Found => ({
  detector,
  subject: { kind: 'product', id },
  ...(cause === undefined ? {} : { cause }),
});

/** What is wrong with an article, a kit or a customer, and what is found of it. */
const MAKE: Record<MasterFault, (scene: Scene, at: number) => Found> = {
  'never-synchronised': ({ catalogue, random }, at) =>
    onProduct('sku-not-in-warehouse', addUnsynchronised(catalogue, random, at).code),
  // That the warehouse never took it over is a consequence.
  'sku-with-a-blank': ({ catalogue, random }, at) => {
    const item = addUnsynchronised(catalogue, random, at, (serial) => `NEW ${serial}`);
    return onProduct('sku-format-invalid', item.code, 'characters');
  },
  'sku-too-long': ({ catalogue, random }, at) => {
    const item = addUnsynchronised(catalogue, random, at, (serial) => `NEW-${serial}-`.padEnd(41, 'X'));
    return onProduct('sku-format-invalid', item.code, 'length');
  },
  'component-without-item': ({ catalogue, random, numbers }, at) => {
    const kit = addKit(catalogue, random, at, numbers.next('KIT-N', 1), ({ code, ...rest }) => [
      ...catalogue.components.slice(0, 1),
      { ...rest, code: `${code}-PART` },
    ]);
    return onProduct('bom-mismatch', kit.code, 'component-missing');
  },
  'kit-of-itself': ({ catalogue, random, numbers }, at) => {
    const kit = addKit(catalogue, random, at, numbers.next('KIT-S', 1), (own) => [
      ...catalogue.components.slice(0, 1),
      own,
    ]);
    return onProduct('bom-mismatch', kit.code, 'contains-itself');
  },
  'article-transfer-failed': ({ undisturbed, recorder, numbers }, at) => {
    const { code } = undisturbed();
    recorder.middleware(at, middleware.syncFailed(numbers, at, 'product', code, 'TIMEOUT', 1));
    return onProduct('transmission-failed', code, 'failed');
  },
  'customer-transfer-failed': ({ customers, recorder, numbers, random }, at) => {
    const number = Number(numbers.next('', random.int(1, 10)));
    const { account } = customers[number % customers.length] as Scene['customers'][number];
    recorder.middleware(at, middleware.syncFailed(numbers, at, 'customer', account, 'TIMEOUT', 1));
    return { detector: 'transmission-failed', subject: { kind: 'customer', id: account }, cause: 'failed' };
  },
};

export function makeMasterFault(scene: Scene, kind: MasterFault, faultId: string): void {
  scene.recorder.expect({ ...MAKE[kind](scene, scene.times.tradingFrom + 3 * HOUR), faultId });
}
