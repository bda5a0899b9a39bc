import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of the outbox: an alert that was, will be or could not be sent. */
@Entity({ schema: 'app', name: 'outbox', synchronize: false })
export class AlertEntity {
  @PrimaryColumn({ type: 'bigint' })
  id!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ name: 'drift_id', type: 'text', nullable: true })
  driftId!: string | null;

  /** JSON: what the alert says. */
  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'bigint' })
  position!: number;

  @Column({ type: 'text' })
  status!: string;

  @Column({ type: 'integer' })
  attempts!: number;

  @Column({ name: 'next_attempt_at', type: 'timestamptz' })
  nextAttemptAt!: Date;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'sent_at', type: 'timestamptz', nullable: true })
  sentAt!: Date | null;

  @Column({ name: 'hook_status', type: 'text' })
  hookStatus!: string;

  @Column({ name: 'hook_attempts', type: 'integer' })
  hookAttempts!: number;

  @Column({ name: 'hook_last_error', type: 'text', nullable: true })
  hookLastError!: string | null;

  @Column({ name: 'published_at', type: 'timestamptz', nullable: true })
  publishedAt!: Date | null;

  @Column({ name: 'publish_error', type: 'text', nullable: true })
  publishError!: string | null;
}
