import { nativeKind, requiredCode } from '../native-kind';
import { wordBeforeDot } from '../streams';
import { goodsReceived } from './goods-received';
import { itemSynchronised } from './item-synchronised';
import { orderAllocated } from './order-allocated';
import { orderCancelled } from './order-cancelled';
import { orderDispatched } from './order-dispatched';
import { orderManifested } from './order-manifested';
import { orderReceived } from './order-received';
import { orderRejected } from './order-rejected';
import { returnReceived } from './return-received';
import { stockAdjusted } from './stock-adjusted';
import { stockLevel } from './stock-level';
import { transferDispatched, transferReceived } from './transfer';

/** The warehouse: the truth of physical stock and dispatch. Its quantities are whole base units. */
export const scend = nativeKind({
  kind: 'scend',
  typeField: 'event_type',
  messages: [
    itemSynchronised,
    orderReceived,
    orderRejected,
    orderAllocated,
    orderCancelled,
    orderManifested,
    orderDispatched,
    returnReceived,
    stockLevel,
    stockAdjusted,
    transferDispatched,
    transferReceived,
    goodsReceived,
  ],
  key: (message) => requiredCode(message, 'event_id'),
  clockFields: ['occurred_at'],
  orderField: 'order_ref',
  revisionField: null,
  streamOf: wordBeforeDot,
  transportFields: [],
  webhook: { scheme: 'hmac-sha256', header: 'x-scend-signature', encoding: 'base64' },
});
