/** Alerts as CloudEvents 1.0 in structured mode: envelope and data in one JSON object. */
import { formatInstant } from '../domain/facts/instant';
import type { AlertBody } from './alert';
import { type Alert, type Summary, isSummary } from './claim';
import { DIGEST } from './digest-alert';
import { IMPORTED } from './import-alert';

export const CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8';

export interface CloudEvent {
  specversion: '1.0';
  /** The alert's number: an event that is published again has the same one. */
  id: string;
  /** `com.tallystick.drift.opened`, … */
  type: string;
  source: string;
  /** `order:SC-100901`. What is published of one subject keeps its order. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /** Extension for distributed tracing: of the request that it comes from, where that is known. */
  traceparent?: string;
  data: object;
}

export function cloudEvent(alert: Alert, source: string): CloudEvent {
  const { id, kind, position } = alert;
  const { subject, time, data } = isSummary(alert) ? ofSummary(alert) : ofDrift(alert);
  return {
    specversion: '1.0',
    id: String(id),
    type: `com.tallystick.${kind}`,
    source,
    subject,
    time,
    datacontenttype: 'application/json',
    ...(alert.trace === undefined ? {} : { traceparent: alert.trace }),
    data: { ...data, position },
  };
}

function ofDrift({ body }: { body: AlertBody }) {
  const { subject, openedAt, resolvedAt, firstDivergence, changedAt } = body;
  const opened = formatInstant(openedAt);
  const resolved = resolvedAt === null ? null : formatInstant(resolvedAt);
  const changed = changedAt === undefined ? null : formatInstant(changedAt);
  return {
    subject: `${subject.kind}:${subject.id}`,
    time: resolved ?? changed ?? opened,
    data: {
      ...body,
      ...(changed !== null && { changedAt: changed }),
      openedAt: opened,
      resolvedAt: resolved,
      firstDivergence: firstDivergence && { ...firstDivergence, at: formatInstant(firstDivergence.at) },
    },
  };
}

function subjectOf(alert: Summary): string {
  if (alert.kind === IMPORTED) return `import:${alert.body.import}`;
  if (alert.kind === DIGEST) return `day:${alert.createdAt.toISOString().slice(0, 10)}`;
  return `generation:${alert.body.generation}`;
}

function ofSummary(alert: Summary) {
  const subject = subjectOf(alert);
  return { subject, time: alert.createdAt.toISOString(), data: alert.body };
}
