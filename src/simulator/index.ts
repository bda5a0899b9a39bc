/** A seeded world of trading that knows the truth. It imports nothing of the rest: what it expects is its own opinion. */
export { createWorld } from './world';
export type { World } from './world';
export type { Delivery, DeliveryRequest } from './deliver';
export type { ExpectedDrift } from './recorder';
export { everyFault, FAULT_KINDS, noFaults, SINGULAR_FAULTS } from './faults/plan';
export type { FaultPlan } from './faults/plan';
export { generateBulk } from './bulk';
export type { BulkMessage } from './bulk/message';
export { signScend, signStandardWebhook } from './signatures';
