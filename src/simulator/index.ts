/** A seeded world of trading that knows the truth. It imports nothing of the rest: what it expects is its own opinion. */
export { createWorld } from './world';
export type { World, WorldOptions } from './world';
export type { Delivery, DeliveryRequest } from './deliver';
export type { ExpectedDrift, ExpectedSubject, SourceName } from './recorder';
export type { SourceConfig } from './sources';
export { everyFault, FAULT_KINDS, noFaults } from './faults/plan';
export type { FaultKind, FaultPlan } from './faults/plan';
export { generateBulk } from './bulk';
export type { BulkOptions } from './bulk';
export type { BulkMessage } from './bulk/message';
export { signScend, signStandardWebhook } from './signatures';
