import { Counter, type Registry } from 'prom-client';

/** What was read from Kafka, counted where Prometheus finds it. */
export class IntakeMeter {
  private readonly messages: Counter<'topic' | 'outcome'>;
  private readonly pauses: Counter<'topic'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.messages = new Counter({
      name: 'tallystick_kafka_messages_total',
      help: 'Messages read from Kafka by what became of them; those kept unread are among the others.',
      labelNames: ['topic', 'outcome'],
      registers,
    });
    this.pauses = new Counter({
      name: 'tallystick_kafka_pauses_total',
      help: 'Times that a partition paused because a batch could not be recorded.',
      labelNames: ['topic'],
      registers,
    });
  }

  recorded(topic: string, counts: { recorded: number; duplicates: number; unreadable: number }): void {
    for (const outcome of ['recorded', 'duplicates', 'unreadable'] as const)
      this.messages.inc({ topic, outcome }, counts[outcome]);
  }

  paused(topic: string): void {
    this.pauses.inc({ topic });
  }
}
